// The field itself in a field file: its shape, both networks and which cells may hold something.

import { z } from 'zod';
import type { FieldConfig } from '../../nerf/config.ts';
import { type ContainerTensor, containerTensor } from '../../nerf/container.ts';
import { type Appearance, colourWeightCount, densityWeightCount, Field } from '../../nerf/field.ts';
import { hashLevels } from '../../nerf/hash-levels.ts';
import { MOST_MARCH_STEPS, marchSteps } from '../../nerf/space.ts';
import type { Preset } from '../presets.ts';
import { fillNetwork, networkTensors, readNetwork, storeNetwork } from '../stored-network.ts';
import { numbers, type Section } from './section.ts';

export const appearanceSchema = z.object({ colourMap: numbers(12, 1e4), viewDependent: z.boolean() });

export const networkSchema = z.object({
  field: z
    .object({
      levels: z.number().int().min(2).max(32).multipleOf(2),
      log2TableSize: z.number().int().min(4).max(24),
      minResolution: z.number().positive().max(8192),
      maxResolution: z.number().positive().max(65536),
      densityHidden: z.number().int().min(4).max(128).multipleOf(4),
      colourHidden: z.number().int().min(4).max(128).multipleOf(4),
      occupancyResolution: z.number().int().min(32).max(512).multipleOf(32),
      stepMin: z.number().positive(),
      cone: z.number().nonnegative().max(1),
      near: z.number().nonnegative(),
      far: z.number().positive().max(1e6),
      samplesPerRay: z.number().int().positive().max(65536),
    })
    // Nothing in a file may hold a march up: the shaders' walks are bounded by this number.
    .refine(
      (field) => marchSteps(field) <= MOST_MARCH_STEPS,
      `expected a march of at most ${MOST_MARCH_STEPS} steps, found more`,
    ),
  appearance: appearanceSchema,
});

type Meta = z.infer<typeof networkSchema>;

export interface NetworkContent {
  field: Field;
  precision: Preset['tables'];
}

export const appearanceMeta = ({ colourMap, viewDependent }: Appearance) => ({
  colourMap: [...colourMap],
  viewDependent,
});

/** Entries of a network's table, and weights of both. */
export function networkSizes(config: FieldConfig) {
  const levels = hashLevels(config);
  const last = levels[levels.length - 1];
  return {
    levels,
    table: last.firstEntry + last.entries,
    density: densityWeightCount(config),
    colour: colourWeightCount(config),
  };
}

export const networkSection: Section<Meta & { unbounded: boolean }, NetworkContent, Field> = {
  async write({ field, precision }) {
    const bits: ContainerTensor = {
      name: 'occupancy_bits',
      shape: [field.occupancyBits.size],
      dtype: 'u32',
      data: (await field.occupancyBits.read()) as Uint32Array<ArrayBuffer>,
    };
    const { config, appearance, unbounded } = field;
    return {
      meta: { unbounded, field: config, appearance: appearanceMeta(appearance) },
      tensors: [
        ...networkTensors('density', await storeNetwork(field.density, precision)),
        ...networkTensors('appearance', await storeNetwork(appearance.network, precision)),
        bits,
      ],
    };
  },

  read({ meta, container, where }) {
    const { levels, density, colour } = networkSizes(meta.field);
    const stored = {
      density: readNetwork(container, 'density', { levels, weightCount: density }, where),
      appearance: readNetwork(container, 'appearance', { levels, weightCount: colour }, where),
    };
    const cells = meta.field.occupancyResolution ** 3;
    const bits = new Uint32Array(containerTensor(container, 'occupancy_bits', 'u32', [cells / 32], where));
    return (gpu) => {
      const field = Field.empty(gpu, meta.field, meta.unbounded);
      fillNetwork(field.density, stored.density);
      fillNetwork(field.appearance.network, stored.appearance);
      Object.assign(field.appearance, meta.appearance);
      field.occupancyBits.write(bits);
      return field;
    };
  },
};
