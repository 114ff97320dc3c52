// What is written reads back: COLMAP's text and transforms.json, through the loaders that everybody's scenes go through.

import { beforeAll, describe, expect, it } from 'vitest';
import { loadScene } from '../../../src/scene/load.ts';
import type { FileSource, PictureDecoder, Scene } from '../../../src/scene/types.ts';
import { withTransforms } from '../../../src/sfm/posed-files.ts';
import type { PosesResult } from '../../../src/sfm/poses.ts';
import { Incremental } from '../../../src/sfm/reconstruct/incremental.ts';
import type { Model } from '../../../src/sfm/reconstruct/model.ts';
import { placedCamera, placementOf } from '../../../src/sfm/reconstruct/place.ts';
import { colmapText } from '../../../src/sfm/write/colmap.ts';
import { transformsOfPoses } from '../../../src/sfm/write/transforms.ts';
import { makeWorld, pairsOfWorld } from '../../reference/sfm/world.ts';

const SIZE = { width: 800, height: 800 }; // twice the working size
const world = makeWorld({ cameras: 6, points: 150, noise: 0.2, arc: 1.2 });
const nameOf = (c: number) => `in/p${c}.jpg`;
const decoder: PictureDecoder = {
  size: async () => SIZE,
  decode: async (_bytes, _where, target = SIZE) => ({
    ...target,
    data: new Uint8ClampedArray(target.width * target.height * 4).fill(255),
  }),
};

function filesOf(entries: Record<string, string>): FileSource {
  const all = { ...entries, ...Object.fromEntries(world.poses.map((_, c) => [nameOf(c), `picture ${c}`])) };
  return {
    name: 'made',
    list: async () => Object.keys(all),
    read: async (path) => new TextEncoder().encode(all[path]),
  };
}

describe('poses that were found', () => {
  let result: PosesResult;

  beforeAll(() => {
    const lens = { width: 400, height: 400, focal: 430, cx: 200, cy: 200, k1: 0, k2: 0, hasPrior: false };
    const lensOf = new Int32Array(6);
    const input = { features: world.features, pairs: pairsOfWorld(world, 0), lenses: [lens], lensOf };
    let model: Model | null = null;
    for (const { best } of new Incremental(input, { error: 2, angle: 0.026, seed: 5 }).run()) model = best;
    model!.unregister(4); // one that found no place
    const photographs = world.poses.map((_, c) => ({
      ...{ name: nameOf(c), width: 400, height: 400, fullWidth: 800, fullHeight: 800 },
      ...{ focalPrior: null, cameraKey: '', orientation: 1 },
    }));
    result = { photographs, model: model!, lenses: [lens], report: null as never };
  });

  /** Cameras of the scene against those of the model, in the world that was written. */
  const compare = (scene: Scene) => {
    const views = [...scene.train, ...scene.test];
    expect(views.map(({ name }) => name).sort()).toEqual([0, 1, 2, 3, 5].map(nameOf).sort());
    const placement = placementOf(result.model);
    const toWorld = scene.worldFromScene;
    for (const { name, camera } of views) {
      const truth = placedCamera(result.model, Number(name.at(-5)), placement);
      const scale = Math.hypot(toWorld[0], toWorld[4], toWorld[8]);
      for (let row = 0; row < 3; row++) {
        for (let column = 0; column < 4; column++) {
          const sum = [0, 1, 2].reduce((s, k) => s + toWorld[row * 4 + k] * camera.cameraToWorld[k * 4 + column], 0);
          const found = column === 3 ? sum + toWorld[row * 4 + 3] : sum / scale;
          expect(found).toBeCloseTo(truth[row * 4 + column], 5);
        }
      }
      const focal = 2 * result.model.lenses[0];
      expect(camera.fx / camera.width).toBeCloseTo(focal / 800, 5);
      expect(camera.cx / camera.width).toBeCloseTo(result.model.lenses[3] / 400, 5);
    }
  };

  it('come back from transforms.json, with a word of how they were come by', async () => {
    const files = withTransforms(filesOf({}), transformsOfPoses(result), ['found from the photographs']);
    const scene = await loadScene(files, { decoder, downscale: 4, holdout: 3 });
    compare(scene);
    expect(scene.notes[0]).toBe('found from the photographs');
  });

  it("come back from COLMAP's text, points and all", async () => {
    const text = colmapText(result);
    const model = Object.fromEntries(Object.entries(text).map(([name, file]) => [`sparse/0/${name}`, file]));
    compare(await loadScene(filesOf(model), { decoder, downscale: 4, holdout: 3 }));
    // Every observation that a point names is there, and names the point.
    const lists = text['images.txt'].split('\n').filter((line) => !line.startsWith('#'));
    const observed = new Map<number, string[]>();
    for (let k = 0; k + 1 < lists.length; k += 2) observed.set(Number.parseInt(lists[k], 10), lists[k + 1].split(' '));
    let checked = 0;
    for (const line of text['points3D.txt'].trim().split('\n').slice(1)) {
      const [id, , , , , , , , ...track] = line.split(' ');
      for (let k = 0; k < track.length; k += 2) {
        expect(observed.get(Number(track[k]))![3 * Number(track[k + 1]) + 2]).toBe(id);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(300);
  });
});
