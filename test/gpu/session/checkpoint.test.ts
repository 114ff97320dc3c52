// A field written and read back paints the very same picture; a file that lacks something, or has it in another shape,
// is refused in one sentence that names it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { blendOf } from '../../../src/nerf/blend.ts';
import { type Container, readContainer, writeContainer } from '../../../src/nerf/container.ts';
import { type Appearance, Field } from '../../../src/nerf/field.ts';
import { NerfKernels } from '../../../src/nerf/kernels.ts';
import { createRenderTarget, destroyRenderTarget, Renderer } from '../../../src/nerf/renderer.ts';
import { SampleBuffers } from '../../../src/nerf/sample-buffers.ts';
import { NerfTrainer } from '../../../src/nerf/trainer.ts';
import { readFieldFile, writeFieldFile } from '../../../src/session/field-file/field-file.ts';
import { PRESETS } from '../../../src/session/presets.ts';
import { mixOf, type StyledAppearance } from '../../../src/session/style-mix.ts';
import { ballScene } from '../../reference/nerf/ball.ts';
import { SMALL_FIELD } from '../../reference/nerf/cases.ts';

let gpu: Gpu;
let kernels: NerfKernels;
let buffers: SampleBuffers;
let field: Field;
let bytes: Uint8Array<ArrayBuffer>;
const scene = ballScene(3, 12);
/** A style with a map that is not the identity, so that a lost map would show. */
let style: StyledAppearance;

beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
  kernels = await NerfKernels.create(gpu, SMALL_FIELD);
  buffers = new SampleBuffers(gpu, 256, 1 << 13, SMALL_FIELD.levels);
  field = Field.create(gpu, SMALL_FIELD, false, 5);
  const train = { ...PRESETS.quick.train, raysPerStep: 256, samplesPerStep: 1 << 13, occupancyInterval: 2 };
  const trainer = new NerfTrainer(gpu, kernels, field, buffers, scene.train, train, 5);
  for (let step = 0; step < 8; step++) trainer.trainStep();
  trainer.destroy();
  const network = field.appearance.network.clone('Style');
  const colourMap = [0.3, 0.5, 0, 0.1, 0, 0.4, 0.2, 0.2, 0.1, 0, 0.8, 0];
  style = { appearance: { network, colourMap, viewDependent: false }, names: ['waves', 'ink'] };
  bytes = await writeFieldFile({ preset: 'max', steps: 8, seed: 5, field, look: mixOf(style, 0.75), scene });
});
afterAll(() => {
  field.destroy();
  style.appearance.network.destroy();
  buffers.destroy();
  closeNodeGpu(gpu);
});

async function rendered(of: Field, appearance: Appearance): Promise<Float32Array> {
  const renderer = new Renderer(gpu, kernels, of, buffers);
  const target = createRenderTarget(gpu, 33, 17);
  const options = { background: [1, 1, 1], viewDependent: appearance.viewDependent } as const;
  await renderer.renderBlend(scene.test[0].camera, target, blendOf(appearance), options);
  const rgb = await target.rgb.readF32();
  destroyRenderTarget(target);
  renderer.destroy();
  return rgb;
}

describe('a field file', () => {
  it('comes back as it was: settings, cameras, and the same pictures bit for bit', async () => {
    const back = readFieldFile(gpu, bytes, 'ball.impasto');
    expect(back).toMatchObject({ preset: 'max', steps: 8, seed: 5 });
    expect(back.field.config).toEqual(SMALL_FIELD);
    expect(back.scene.train.map((v) => [v.name, v.camera])).toEqual(scene.train.map((v) => [v.name, v.camera]));
    const [{ style: styleBack }] = back.look.styles;
    expect(back.look.strength).toBe(0.75);
    expect(styleBack.names).toEqual(['waves', 'ink']);
    expect(styleBack.appearance.colourMap).toEqual(style.appearance.colourMap);
    const plain = await rendered(field, field.appearance);
    expect(await rendered(back.field, back.field.appearance)).toEqual(plain);
    const styled = await rendered(field, style.appearance);
    expect(await rendered(back.field, styleBack.appearance)).toEqual(styled);
    expect(styled).not.toEqual(plain);
    back.field.destroy();
    styleBack.appearance.network.destroy();
  });

  it('written again gives the same bytes', async () => {
    const back = readFieldFile(gpu, bytes, 'ball.impasto');
    expect(Buffer.from(await writeFieldFile(back)).equals(Buffer.from(bytes))).toBe(true);
    back.field.destroy();
    back.look.styles[0].style.appearance.network.destroy();
  });

  /** The file with one change, its checksum made right again. */
  function changed(change: (container: Container) => void): Uint8Array {
    const container = readContainer(bytes, 'ball.impasto');
    change(container);
    return writeContainer({ meta: container.meta, tensors: [...container.tensors.values()] });
  }
  const inner = (container: Container, key: string) => container.meta[key] as Record<string, unknown>;

  it.each<[string, RegExp, (container: Container) => void]>([
    ['a missing table', /appearance_table.*found none/, (c) => c.tensors.delete('appearance_table')],
    ['a missing style', /style_weights.*found none/, (c) => c.tensors.delete('style_weights')],
    ['a missing grid', /occupancy_bits.*found none/, (c) => c.tensors.delete('occupancy_bits')],
    [
      'weights of another shape',
      /density_weights.*\[72\].*\[8, 9\]/,
      (c) => c.tensors.set('density_weights', { ...c.tensors.get('density_weights')!, shape: [8, 9] }),
    ],
    [
      'tables for another size',
      /density_table/,
      (c) => {
        inner(c, 'field').log2TableSize = 7;
      },
    ],
    [
      'an odd number of levels',
      /field\.levels/,
      (c) => {
        inner(c, 'field').levels = 3;
      },
    ],
    [
      'steps that no longer move a distance',
      /header field 'field' in .*expected a march of at most 65536 steps, found more/,
      (c) => {
        Object.assign(inner(c, 'field'), { stepMin: 1e-30, cone: 0 });
      },
    ],
    [
      'a ray to the end of the world',
      /field\.far/,
      (c) => {
        Object.assign(inner(c, 'field'), { stepMin: 0.0035, cone: 0, far: 1e30 });
      },
    ],
    [
      'a preset nobody knows',
      /preset/,
      (c) => {
        c.meta.preset = 'huge';
      },
    ],
    [
      'a camera without focal length',
      /scene\.train\.0\.camera\.fx/,
      (c) => {
        delete (inner(c, 'scene').train as { camera: Record<string, unknown> }[])[0].camera.fx;
      },
    ],
    [
      'another kind of file',
      /kind/,
      (c) => {
        c.meta.kind = 'weights';
      },
    ],
  ])('is refused by name: %s', (_, message, change) => {
    const file = changed(change);
    expect(() => readFieldFile(gpu, file, 'ball.impasto')).toThrow(InputError);
    expect(() => readFieldFile(gpu, file, 'ball.impasto')).toThrow(message);
    expect(() => readFieldFile(gpu, file, 'ball.impasto')).toThrow(/ball\.impasto/);
  });
});
