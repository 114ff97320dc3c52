// What a shipped field is worth, measured the same way when it is made and when it is tested: PSNR and depth of held-out
// views, the distance of painted views to their style, and what a short training reaches.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { losses } from '../../src/cli/options.ts';
import { worldUnitsPerSceneUnit } from '../../src/export/transforms.ts';
import { f32FromF16 } from '../../src/nerf/half.ts';
import { openScenePath } from '../../src/scene/folder-source.ts';
import { loadScene } from '../../src/scene/load.ts';
import { nodeDecoder } from '../../src/scene/node-decoder.ts';
import type { FileSource, LoadSceneOptions, View } from '../../src/scene/types.ts';
import { scoreViews } from '../../src/session/measure.ts';
import { viewSize } from '../../src/session/painting.ts';
import type { PresetName } from '../../src/session/presets.ts';
import { PRESETS } from '../../src/session/presets.ts';
import { createSession } from '../../src/session/session.ts';
import type { ImpastoSession, StyleInput } from '../../src/session/types.ts';
import { diskSource } from '../../src/style/features/weights-node.ts';
import { styleDistance } from '../../src/style/score.ts';
import type { FeatureNetwork } from '../../src/style/types.ts';
import { ASSETS, type SceneEntry, SHORT, type StyleEntry } from './index-file.ts';

/** Test views over which the distance to a style is measured again. */
const DISTANCE_VIEWS = 3;

/** A bundled scene's files under its title, which is what the page goes by. */
export async function sceneSource({ path, title }: SceneEntry): Promise<FileSource> {
  const files = await openScenePath(join(ASSETS, path));
  return { name: title, list: () => files.list(), read: (file) => files.read(file) };
}

export const loadOptions = (downscale: number): LoadSceneOptions => ({ decoder: nodeDecoder, downscale });

export async function styleInput({ file, title }: StyleEntry): Promise<StyleInput> {
  const path = join(ASSETS, 'styles', file);
  return { name: title, picture: await nodeDecoder.decode(new Uint8Array(readFileSync(path)), path), weight: 1 };
}

/** Lays a style file over the field that is there. */
export async function showStyle(session: ImpastoSession, bytes: Uint8Array<ArrayBuffer>, where: string): Promise<void> {
  const { id } = await session.library.import(bytes, where);
  session.show({ styles: [{ id, weight: 1 }], strength: 1 });
}

/** Held-out views of a scene with their pictures; hardly any of its training pictures is decoded. */
export async function testViews(entry: SceneEntry, downscale: number): Promise<View[]> {
  const scene = await loadScene(await sceneSource(entry), { ...loadOptions(downscale), maxTrain: 1 });
  return scene.test;
}

/** PSNR of the session's plain field on these views, dB each. */
export async function psnrOf(session: ImpastoSession, views: View[]): Promise<number[]> {
  const scores = await scoreViews(session.gpu, views, [1, 1, 1], (camera, target) =>
    session.render(camera, target, { original: true }),
  );
  return scores.map(({ psnr }) => psnr);
}

/** Median relative error of depth on these views, where there is matter; each beside its `_depth.npy`. */
export async function depthErrorOf(session: ImpastoSession, entry: SceneEntry, views: View[]): Promise<number[]> {
  const errors: number[] = [];
  const unit = worldUnitsPerSceneUnit(session.state.scene!);
  for (const { name, camera } of views) {
    const truth = readDepth(join(ASSETS, entry.path, name.replace(/\.webp$/, '_depth.npy')));
    // Each value is of the centre of its block, as is each pixel of a view of that size.
    const target = session.createTarget(truth.side, truth.side);
    await session.render(camera, target, { original: true });
    const depth = await target.depth.readF32();
    session.destroyTarget(target);
    const relative: number[] = [];
    for (const [i, z] of truth.z.entries()) if (z > 0) relative.push(Math.abs((depth[i] * unit) / z - 1));
    errors.push(relative.sort((a, b) => a - b)[relative.length >> 1]);
  }
  return errors;
}

/** float16 [side, side] as tools/scenes writes it: view-space z in world units, 0 = nothing. */
export function readDepth(path: string): { side: number; z: Float32Array } {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, start);
  const shape = /'descr': '<f2', 'fortran_order': False, 'shape': \((\d+), (\d+)\)/.exec(header);
  const bits = new Uint16Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length));
  if (!shape || shape[1] !== shape[2] || bits.length !== Number(shape[1]) ** 2)
    throw new Error(`${path}: expected square float16, found ${header}`);
  return { side: Number(shape[1]), z: f32FromF16(bits) };
}

/** Distance of the session's field, as it is shown, to a style over a few of these views. */
export async function distanceOf(
  session: ImpastoSession,
  network: FeatureNetwork,
  views: View[],
  style: StyleInput,
  { loss, brush, preset }: { loss: string; brush: number; preset: PresetName },
): Promise<number> {
  const { viewSide, styleScale } = PRESETS[preset].style;
  const { width, height } = viewSize(views[0].picture, viewSide);
  const targets = [];
  for (const { camera } of views.slice(0, DISTANCE_VIEWS)) {
    const target = session.createTarget(width, height);
    targets.push(target);
    await session.render(camera, target);
  }
  const images = targets.map(({ rgb }) => rgb);
  const distance = await styleDistance(session.gpu, network, images, style.picture, losses(loss)[0].name, {
    brush,
    styleScale,
  });
  for (const target of targets) session.destroyTarget(target);
  return distance;
}

/**
 * Held-out PSNR of a field that is trained for a moment, dB. In a session of its own: where the field is open already, its
 * photographs are laid beside it, as far as it is trained.
 */
export async function shortTraining({ gpu }: ImpastoSession, entry: SceneEntry): Promise<number> {
  const session = await createSession(gpu, { bundledNetwork: diskSource(join(ASSETS, 'weights/small.json')) });
  try {
    const scene = await session.loadScene(await sceneSource(entry), loadOptions(SHORT.downscale));
    await session.train({ preset: 'quick', steps: SHORT.steps, seed: 0 });
    return mean(await psnrOf(session, scene.test.slice(0, SHORT.views)));
  } finally {
    session.destroy();
  }
}

export const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
export const rounded = (value: number, digits: number) => Number(value.toFixed(digits));
