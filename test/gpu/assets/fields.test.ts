// The fields and paintings that ship, against what they were made from and what the engine makes now: inputs unchanged,
// files worth what the index says, and an engine that is neither better nor worse than the one that made them. When
// this fails after a change for the better, `npm run assets` makes them anew.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { createSession } from '../../../src/session/session.ts';
import type { ImpastoSession } from '../../../src/session/types.ts';
import { diskSource, loadFeatureWeightsFile } from '../../../src/style/features/weights-node.ts';
import { createFeatureNetwork } from '../../../src/style/features/wgsl-network.ts';
import type { FeatureNetwork } from '../../../src/style/types.ts';
import {
  ASSETS,
  FIELDS,
  fieldHash,
  networkHash,
  pictureHash,
  readIndex,
  SHORT,
  sceneEntries,
  sceneHash,
  styleEntries,
} from '../../../tools/fields/index-file.ts';
import {
  depthErrorOf,
  distanceOf,
  mean,
  psnrOf,
  shortTraining,
  showStyle,
  styleInput,
  testViews,
} from '../../../tools/fields/measure.ts';
import { RECIPES } from '../../../tools/fields/recipes.ts';

const NETWORK = join(ASSETS, 'weights/small.json');
const MEGABYTE = 1e6;
/** Views that are rendered again, spread over the test set. */
const VIEWS = [0, 7, 14];
/** Scene of which a short training is repeated. */
const RELEARNT = 'still-life';

let gpu: Gpu;
let session: ImpastoSession;
let network: FeatureNetwork;
beforeAll(async () => {
  gpu = await openNodeGpu();
  session = await createSession(gpu, { bundledNetwork: diskSource(NETWORK) });
  network = await createFeatureNetwork(gpu, await loadFeatureWeightsFile(NETWORK));
});
afterAll(async () => {
  network.destroy();
  session.destroy();
  await gpu.idle();
  closeNodeGpu(gpu);
});

const read = (file: string) => new Uint8Array(readFileSync(join(FIELDS, file)));

it('are the ones that the recipes name, of every scene', () => {
  const made = readIndex().map(({ scene, styles }) => ({ scene, styles: styles.map(({ style }) => style) }));
  expect(made).toEqual(RECIPES.map(({ scene, styles }) => ({ scene, styles: styles.map(({ style }) => style) })));
  expect(new Set(made.map(({ scene }) => scene))).toEqual(new Set(sceneEntries().map(({ name }) => name)));
});

describe.each(readIndex())('field of $scene', (field) => {
  const entry = sceneEntries().find(({ name }) => name === field.scene)!;

  it('was made from the scene that ships, and is no larger than 3 MB', () => {
    expect(field.title).toBe(entry.title);
    expect(sceneHash(entry)).toBe(field.inputs.scene);
    expect(statSync(join(FIELDS, field.file)).size).toBe(field.bytes);
    expect(field.bytes).toBeLessThanOrEqual(3 * MEGABYTE);
  });

  it('is worth what the index says, and enough', async () => {
    const views = await testViews(entry, field.downscale);
    const some = VIEWS.map((i) => views[i]);
    await session.load(read(field.file), field.file);
    expect(session.state).toMatchObject({ preset: field.preset, trainedSteps: field.steps });
    const recorded = (values: number[]) => mean(VIEWS.map((i) => values[i]));
    expect(Math.abs(mean(await psnrOf(session, some)) - recorded(field.views.psnr))).toBeLessThan(0.3);
    const depth = mean(await depthErrorOf(session, entry, some));
    expect(Math.abs(depth / recorded(field.views.depthError) - 1)).toBeLessThan(0.1);
    expect(field.psnr).toBeGreaterThanOrEqual(26);
    expect(field.depthError).toBeLessThanOrEqual(0.03);
    expect(mean(field.views.psnr)).toBeCloseTo(field.psnr, 1);
  });

  it('wears its finished styles, as near to them as the index says', async () => {
    const views = await testViews(entry, field.downscale);
    await session.load(read(field.file), field.file);
    const made = { network: networkHash(), field: fieldHash(field.file) };
    for (const style of field.styles) {
      const picture = styleEntries().find(({ name }) => name === style.style)!;
      expect(style.inputs, style.file).toEqual({ picture: pictureHash(picture), ...made });
      expect(style.title).toBe(picture.title);
      expect(statSync(join(FIELDS, style.file)).size).toBe(style.bytes);
      await showStyle(session, read(style.file), style.file);
      expect(session.state.style).toEqual([style.title]);
      const { preset } = field;
      const distance = await distanceOf(session, network, views, await styleInput(picture), { ...style, preset });
      expect(Math.abs(distance / style.distance - 1), style.file).toBeLessThan(0.03);
      // Painted, not only recoloured.
      expect(style.end, style.file).toBeLessThan(0.9 * style.start);
    }
  });

  // One scene is enough to tell whether the engine learns as it did, and half a minute each.
  if (field.scene !== RELEARNT) return;
  it('is what the engine still learns: as much in as few steps', async () => {
    expect(field.short).toMatchObject({ downscale: SHORT.downscale, steps: SHORT.steps });
    expect(Math.abs((await shortTraining(session, entry)) - field.short.psnr)).toBeLessThan(0.5);
  });
});
