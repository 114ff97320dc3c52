// A session in Node: device, session and their end, which have an order. The device is destroyed before the process
// ends, or the driver may keep it alive or crash it.

import type { Gpu } from '../gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../gpu/node.ts';
import { createSession, type SessionOptions } from '../session/session.ts';
import type { ImpastoSession } from '../session/types.ts';
import { bundledWeights } from './weights.ts';

export interface NodeSessionOptions extends Partial<SessionOptions> {
  /** No optional feature and no raised limit, to test that all runs there. */
  defaultsOnly?: boolean;
}

export interface NodeSession {
  session: ImpastoSession;
  gpu: Gpu;
  /** Frees everything and lets Node end. */
  close(): Promise<void>;
}

/** @throws NoWebGpuError where there is no adapter, InputError where the package webgpu is not installed */
export async function openNodeSession({ defaultsOnly, ...options }: NodeSessionOptions = {}): Promise<NodeSession> {
  const gpu = await openNodeGpu({ defaultsOnly });
  const session = await createSession(gpu, { bundledNetwork: bundledWeights(), ...options });
  return {
    session,
    gpu,
    async close() {
      session.destroy();
      // The session lets its last work end before it frees anything; the device must outlive that.
      await gpu.idle().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 0));
      closeNodeGpu(gpu);
    },
  };
}
