// Error scopes are a stack of the device's: a kernel that compiles must not catch what others do wrong meanwhile.

import { expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import '../../../src/gpu/shader-stage-stand-in.ts';
import { Kernel } from '../../../src/gpu/kernel.ts';

const code = `@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@compute @workgroup_size(1) fn touch() { x[0] = 1.0; }`;

/** A device with the one thing of it that matters here: its stack of scopes. Modules of 'bad' are wrong. */
function fakeDevice() {
  const scopes: string[][] = [];
  const uncaptured: string[] = [];
  const raise = (message: string) => (scopes.at(-1) ?? uncaptured).push(message);
  const device = {
    pushErrorScope: () => void scopes.push([]),
    popErrorScope: async () => {
      const [message] = scopes.pop()!;
      return message ? { message } : null;
    },
    createShaderModule: ({ label }: { label: string }) => {
      if (label.startsWith('bad')) raise(`${label} is wrong`);
      return { getCompilationInfo: () => new Promise((resolve) => setTimeout(() => resolve({ messages: [] }), 2)) };
    },
    createComputePipelineAsync: () => new Promise((resolve) => setTimeout(() => resolve({}), 2)),
  };
  return { gpu: { device } as unknown as Gpu, scopes, raise, uncaptured };
}

it('holds no scope open while it waits, and takes only its own errors', async () => {
  const { gpu, scopes, raise, uncaptured } = fakeDevice();
  const all = Promise.allSettled(['one', 'bad', 'two'].map((name) => Kernel.create(gpu, { name, code })));
  expect(scopes).toEqual([]);
  // A view that is drawn while they compile.
  raise('a bad dispatch');
  const results = await all;
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((results[1] as PromiseRejectedResult).reason.message).toBe('bad.wgsl: bad.module is wrong');
  expect(uncaptured).toEqual(['a bad dispatch']);
});
