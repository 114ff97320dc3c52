// A painting that was cut short says how far it came, also through a file, and is gone on with to its planned end.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { bundledWeights } from '../../../src/node/weights.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import { createSession } from '../../../src/session/session.ts';
import type { ImpastoSession, StylizeOptions } from '../../../src/session/types.ts';
import { benchFiles } from './scene-files.ts';

const PLANNED = 6;
const LAID = 2;

let gpu: Gpu;
let session: ImpastoSession;

const stripes = {
  name: 'stripes',
  weight: 1,
  picture: {
    width: 48,
    height: 48,
    data: new Uint8ClampedArray(48 * 48 * 4).map((_, i) => (i % 4 === 3 ? 255 : 128 + 90 * Math.sin((i % 4) + i / 9))),
  },
};
const options: StylizeOptions = { styles: [stripes], loss: 'gram', steps: PLANNED, brush: 1.5 };

beforeAll(async () => {
  gpu = await openNodeGpu();
  session = await createSession(gpu, { bundledNetwork: bundledWeights() });
  await session.loadScene(benchFiles(), { decoder: nodeDecoder, downscale: 4, holdout: 0 });
  await session.train({ preset: 'quick', steps: 16, seed: 3 });
});
afterAll(async () => {
  session.destroy();
  await gpu.idle();
  await new Promise((resolve) => setTimeout(resolve, 0));
  closeNodeGpu(gpu);
});

it('says of what was cut short how far it came, and goes on from there', async () => {
  const cut = new AbortController();
  const stop = session.on('progress', ({ text }) => {
    if (text === `stroke ${LAID} of ${PLANNED}`) cut.abort();
  });
  const first = await session.stylize({ ...options, signal: cut.signal });
  stop();
  const [unfinished] = session.library.styles;
  expect(unfinished.options).toMatchObject({ steps: LAID, planned: PLANNED });

  // Through a file, and met again as part of a field file, which tells nothing of it.
  const [styleFile, fieldFile] = [await session.library.export(unfinished.id), await session.save()];
  const scene = session.state.scene;
  await session.load(fieldFile, 'field');
  expect(session.state.scene).toBe(scene);
  expect(session.library.styles[0].options).toEqual({});
  await session.library.import(styleFile, 'style');
  expect(session.library.styles).toHaveLength(1);
  expect(session.library.styles[0].options).toMatchObject({ steps: LAID, planned: PLANNED });

  const strokes: string[] = [];
  session.on('progress', ({ task, text }) => task === 'stylize' && strokes.push(text));
  const { steps: _, ...asked } = options;
  const score = await session.stylize({ ...asked, goOn: unfinished.id });
  expect(strokes).toEqual([3, 4, 5, 6].map((step) => `stroke ${step} of ${PLANNED}`));
  expect([score.start, score.end < first.end]).toEqual([first.start, true]);
  const [before, finished] = session.library.styles;
  expect(before.id).toBe(unfinished.id);
  expect(finished.options).toMatchObject({ steps: PLANNED, brush: 1.5 });
  expect(finished.options).not.toHaveProperty('planned');
  expect(finished.options).not.toHaveProperty('goOn');
});

it('refuses to go on with what is finished', async () => {
  const finished = session.library.styles.at(-1)!;
  await expect(session.stylize({ ...options, goOn: finished.id })).rejects.toThrow(
    /expected a painting that was cut short, found a finished one/,
  );
  expect(session.state.busy).toBe('idle');
});
