// The training in a field file: with the optimisers and the grid's thicknesses it goes on to the very bit; files that hold
// only what is shown go on with fresh moments, and a grid that their bits vouch for.

import { z } from 'zod';
import type { FieldConfig } from '../../nerf/config.ts';
import { type ContainerTensor, containerTensor } from '../../nerf/container.ts';
import type { Field, HashNetwork, OptimiserValues } from '../../nerf/field.ts';
import type { RayBudget } from '../../nerf/trainer.ts';
import { finiteTensor } from '../stored-network.ts';
import { networkSizes } from './network-section.ts';
import { type Section, whole } from './section.ts';

export const optimiserSchema = z.object({
  steps: whole,
  /** Adam's counts of weight steps, where the optimisers are in the file; older files know nothing of them. */
  optimiser: z
    .object({
      density: whole,
      appearance: whole,
      pace: z.object({ rays: whole.positive(), ranRays: whole, ranSamples: whole }).nullable(),
    })
    .nullable()
    .default(null),
});

type Meta = z.infer<typeof optimiserSchema>;

export interface OptimiserContent {
  field: Field;
  steps: number;
  /** Of the training that goes on. */
  pace?: RayBudget;
  withOptimiser: boolean;
}

/** Fills the field's optimisers and its grid. */
export type Resume = (field: Field) => void;

export const optimiserSection: Section<Meta & { field: FieldConfig }, OptimiserContent, Resume> = {
  async write({ field, steps, pace = null, withOptimiser }) {
    const { config, density } = field;
    const { network } = field.appearance;
    if (!withOptimiser) return { meta: { field: config, steps, optimiser: null }, tensors: [] };
    const cells = [field.occupancy.size];
    const lastSeen = (await field.lastSeen.read()) as Uint32Array<ArrayBuffer>;
    const steppedWeights = (of: HashNetwork) => of.optimiser?.weightStep ?? 0;
    return {
      meta: {
        field: config,
        steps,
        optimiser: { density: steppedWeights(density), appearance: steppedWeights(network), pace },
      },
      tensors: [
        ...(await optimiserTensors('density', density)),
        ...(await optimiserTensors('appearance', network)),
        { name: 'occupancy', shape: cells, dtype: 'f32', data: await field.occupancy.readF32() },
        { name: 'last_seen', shape: cells, dtype: 'u32', data: lastSeen },
      ],
    };
  },

  read({ meta, container, where }) {
    const { table, density, colour } = networkSizes(meta.field);
    const cells = meta.field.occupancyResolution ** 3;
    const floats = (name: string, shape: number[]) => finiteTensor(container, name, shape, where);
    const counts = (name: string, shape: number[]) =>
      new Uint32Array(containerTensor(container, name, 'u32', shape, where));
    const optimiserOf = (name: string, weightCount: number, weightStep: number): OptimiserValues => ({
      master: floats(`${name}_master`, [table, 2]),
      moments: floats(`${name}_moments`, [table, 4]),
      steps: counts(`${name}_steps`, [table]),
      weightMoments: floats(`${name}_weight_moments`, [weightCount, 2]),
      weightStep,
    });
    const kept = meta.optimiser && {
      density: optimiserOf('density', density, meta.optimiser.density),
      appearance: optimiserOf('appearance', colour, meta.optimiser.appearance),
      occupancy: floats('occupancy', [cells]),
      lastSeen: counts('last_seen', [cells]),
    };
    const bits = counts('occupancy_bits', [cells / 32]);
    return () => (field) => {
      const { occupancy, lastSeen } = kept ?? gridFromBits(bits, meta.steps);
      field.occupancy.write(occupancy);
      field.lastSeen.write(lastSeen);
      if (!kept) return;
      field.density.resumeOptimiser(kept.density);
      field.appearance.network.resumeOptimiser(kept.appearance);
    };
  },
};

async function optimiserTensors(name: string, network: HashNetwork): Promise<ContainerTensor[]> {
  const { master, moments, steps, weightMoments } = await network.readOptimiser();
  const [n, weights] = [network.entryCount, network.weightCount];
  return [
    { name: `${name}_master`, shape: [n, 2], dtype: 'f32', data: master },
    { name: `${name}_moments`, shape: [n, 4], dtype: 'f32', data: moments },
    { name: `${name}_steps`, shape: [n], dtype: 'u32', data: steps },
    { name: `${name}_weight_moments`, shape: [weights, 2], dtype: 'f32', data: weightMoments },
  ];
}

/** Thickness that the bits alone vouch for: it outlives one renewal of a cell that turns out to be empty. */
const KNOWN_THICKNESS = 0.02;

/** A grid to go on with where only its bits were kept: what is on was thick, and seen just now. */
function gridFromBits(bits: Uint32Array, step: number) {
  const occupancy = new Float32Array(bits.length * 32);
  const lastSeen = new Uint32Array(bits.length * 32);
  for (let cell = 0; cell < occupancy.length; cell++) {
    if (((bits[cell >> 5] >>> (cell & 31)) & 1) === 0) continue;
    occupancy[cell] = KNOWN_THICKNESS;
    lastSeen[cell] = step;
  }
  return { occupancy, lastSeen };
}
