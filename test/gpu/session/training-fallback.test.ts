// A session on an adapter with too little memory trains the next smaller preset and says so; where nothing fits, it says
// that in one sentence, and what it made is freed.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { memoryOf } from '../../../src/nerf/memory.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import { PRESETS } from '../../../src/session/presets.ts';
import { createSession } from '../../../src/session/session.ts';
import type { ImpastoSession } from '../../../src/session/types.ts';
import { limitMemory } from '../../reference/nerf/memory-limit.ts';
import { encoded, memorySource, onCircle, plain, RED } from '../../scene-fixtures.ts';

const SIDE = 16;
const VIEWS = 4;
const pictures = { views: VIEWS, pixels: VIEWS * SIDE * SIDE };

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
});
afterAll(() => closeNodeGpu(gpu));

/** A session with four red pictures, and what it has said. */
async function opened(): Promise<{ session: ImpastoSession; notices: string[] }> {
  const session = await createSession(gpu, { bundledNetwork: {} as never });
  const notices: string[] = [];
  session.on('notice', ({ text }) => notices.push(text));
  const frames = Array.from({ length: VIEWS }, (_, i) => ({
    file_path: `${i}.png`,
    transform_matrix: onCircle((2 * Math.PI * i) / VIEWS),
  }));
  const png = await encoded(plain(SIDE, SIDE, RED).png());
  const pngs = Object.fromEntries(frames.map(({ file_path }) => [file_path, png]));
  const files = memorySource({ 'transforms.json': { camera_angle_x: 0.8, frames }, ...pngs });
  await session.loadScene(files, { decoder: nodeDecoder, holdout: 0 });
  return { session, notices };
}

describe('a session with too little memory', () => {
  it('goes on with the next smaller preset, once, with a notice', async () => {
    const { session, notices } = await opened();
    const lift = limitMemory(gpu.device, memoryOf(PRESETS.quick, pictures).total + 2 ** 20);
    try {
      await session.train({ preset: 'standard', steps: 1 });
      expect(session.state.preset).toBe('quick');
      expect(notices).toHaveLength(1);
      expect(notices[0]).toMatch(
        /^preset standard needs \d+ MB of graphics memory, and there is less: going on with quick$/,
      );
      // Asked for again, it goes on where it was.
      await session.train({ preset: 'standard', steps: 2 });
      expect(session.state.trainedSteps).toBe(2);
      expect(notices).toHaveLength(1);
    } finally {
      lift();
      session.destroy();
    }
  });

  it('refuses in one sentence where not even the smallest fits, and keeps nothing', async () => {
    const { session, notices } = await opened();
    let held = 0;
    const lift = limitMemory(gpu.device, 2 ** 20, (taken) => {
      held = taken;
    });
    try {
      const training = session.train({ preset: 'quick', steps: 1 });
      await expect(training).rejects.toThrow(InputError);
      await expect(training).rejects.toThrow(/^graphics memory: expected \d+ MB for 4 pictures of tiny, found less/);
      expect(notices).toEqual([]);
      expect(session.state).toMatchObject({ busy: 'idle', trainedSteps: 0 });
      expect(held).toBe(0);
    } finally {
      lift();
      session.destroy();
    }
  });
});
