// What a preset is said to take is what is allocated for it, to the byte; and where there is no room, what was made is
// freed again.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { Tensor } from '../../../src/gpu/tensor.ts';
import { Field } from '../../../src/nerf/field.ts';
import type { NerfKernels } from '../../../src/nerf/kernels.ts';
import { largestBuffer, makeIfRoom, memoryOf } from '../../../src/nerf/memory.ts';
import { Renderer } from '../../../src/nerf/renderer.ts';
import { SampleBuffers } from '../../../src/nerf/sample-buffers.ts';
import { NerfTrainer } from '../../../src/nerf/trainer.ts';
import { readFieldFile, writeFieldFile } from '../../../src/session/field-file/field-file.ts';
import { PRESETS, type Preset } from '../../../src/session/presets.ts';
import { ballScene } from '../../reference/nerf/ball.ts';
import { SMALL_FIELD } from '../../reference/nerf/cases.ts';
import { limitMemory } from '../../reference/nerf/memory-limit.ts';

const MB = 2 ** 20;
const scene = ballScene(3, 12);
const pictures = { views: 3, pixels: 3 * 12 * 12 };

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openNodeGpu({ defaultsOnly: true });
});
afterAll(() => closeNodeGpu(gpu));

/** Sizes of all buffers that `make` asks for. */
async function allocated(make: () => Promise<void>): Promise<number[]> {
  const sizes: number[] = [];
  const { createBuffer } = gpu.device;
  gpu.device.createBuffer = (descriptor) => {
    sizes.push(descriptor.size);
    return createBuffer.call(gpu.device, descriptor);
  };
  try {
    await make();
  } finally {
    gpu.device.createBuffer = createBuffer;
  }
  return sizes;
}

async function makeAll(preset: Preset): Promise<void> {
  const { field: config, train, rayCapacity, sampleCapacity } = preset;
  const field = Field.create(gpu, config, false, 1);
  const buffers = new SampleBuffers(gpu, rayCapacity, sampleCapacity, config.levels);
  // Kernels are only asked for when something runs.
  const kernels = {} as NerfKernels;
  const renderers = [1, 2].map(() => new Renderer(gpu, kernels, field, buffers));
  const trainer = new NerfTrainer(gpu, kernels, field, buffers, scene.train, train, 1);
  const style = field.appearance.network.clone('Style');
  style.startOptimiser(new Float32Array(style.entryCount * 2));
  for (const made of [...renderers, trainer, buffers, style, field]) made.destroy();
}

describe('memoryOf', () => {
  const small: Preset = {
    ...PRESETS.quick,
    field: SMALL_FIELD,
    rayCapacity: 300,
    sampleCapacity: 1 << 13,
  };
  it.each([
    ['a small field', small],
    ['quick', PRESETS.quick],
    ['standard', PRESETS.standard],
  ])('says to the byte what is allocated: %s', async (_, preset) => {
    const sizes = await allocated(() => makeAll(preset));
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(memoryOf(preset, pictures).total);
    expect(Math.max(...sizes)).toBe(largestBuffer(preset));
  });

  it('keeps quick below 300 MB and standard below 1 GB, bakes included, with a hundred pictures of full size', () => {
    const hundred = (side: number) => ({ views: 100, pixels: 100 * side * side });
    const [quick, standard] = [PRESETS.quick, PRESETS.standard].map((p) => memoryOf(p, hundred(p.pictureSide)));
    expect(quick.total + quick.bakes).toBeLessThan(300 * MB);
    expect(standard.total + standard.bakes).toBeLessThan(1024 * MB);
  });
});

describe('checkpoints', () => {
  const many = ballScene(100, 12);
  it.each([
    ['quick', 2e6],
    ['standard', 6e6],
  ] as const)('of preset %s take no more than %d bytes, of a hundred views', async (preset, most) => {
    const field = Field.create(gpu, PRESETS[preset].field, false, 1);
    const content = { preset, steps: 1, seed: 1, field, scene: many, background: 'white' } as const;
    const { length } = await writeFieldFile(content);
    expect(length).toBeLessThanOrEqual(most);
    // Nearly all of it is tables: the limit is no accident of an empty file.
    expect(length).toBeGreaterThan(most / 2);
    field.destroy();
  });

  it('of preset standard come back near what was written, and from then on as they are', async () => {
    const field = Field.create(gpu, SMALL_FIELD, false, 1);
    const content = { preset: 'standard', steps: 1, seed: 1, field, scene, background: 'white' } as const;
    const file = await writeFieldFile(content);
    const back = readFieldFile(gpu, file, 'ball.impasto');
    const [before, after] = await Promise.all([field.density.readTable(), back.field.density.readTable()]);
    // Fresh tables lie within 1e-4 of zero.
    expect(Math.max(...before.map((v, i) => Math.abs(v - after[i])))).toBeLessThan(1e-6);
    expect(after.some((v) => v !== 0)).toBe(true);
    expect(Buffer.from(await writeFieldFile(back)).equals(Buffer.from(file))).toBe(true);
    field.destroy();
    back.field.destroy();
  });
});

describe('makeIfRoom', () => {
  it('hands over what fits, and frees what does not', async () => {
    const freed: Tensor[] = [];
    const make = (size: number) => () => Tensor.zeros(gpu.device, 'test', [size]);
    const free = (tensor: Tensor) => {
      freed.push(tensor);
      tensor.destroy();
    };
    const lift = limitMemory(gpu.device, 5000);
    try {
      const fits = await makeIfRoom(gpu.device, make(1000), free);
      expect(fits?.size).toBe(1000);
      expect(await makeIfRoom(gpu.device, make(300), free)).toBeNull();
      expect(freed.map((t) => t.size)).toEqual([300]);
      // Room again, once the first has gone.
      fits!.destroy();
      const again = await makeIfRoom(gpu.device, make(1200), free);
      expect(again?.size).toBe(1200);
      again!.destroy();
    } finally {
      lift();
    }
  });

  it('passes other errors on', async () => {
    const wrong = () => Tensor.zeros(gpu.device, 'test', [1.5]);
    await expect(makeIfRoom(gpu.device, wrong, () => {})).rejects.toThrow('whole numbers');
  });
});
