// How long a kernel of the training step must take at least, from the work it cannot avoid and the adapter's measured
// ceilings: reads and additions scattered over the table, multiply-adds, bytes in and out, each counted once. A
// kernel is judged by one of them; its bound is the longest of all.

import { StructLayout } from '../gpu/struct-layout.ts';
import type { FieldConfig } from '../nerf/config.ts';
import { colourWeightCount, densityWeightCount } from '../nerf/field.ts';
import type { HashLevel } from '../nerf/hash-levels.ts';
import rayWgsl from '../shaders/common/ray.wgsl?raw';
import type { Ceiling, CeilingName } from './ceilings.ts';

/** What one step had to do. */
export interface StepWork {
  rays: number;
  /** Samples marched, and those that light reached. */
  samples: number;
  survivors: number;
  /** Places looked up in the occupancy grid. */
  marchSteps: number;
  /** Additions to the gradient tables that are not zero, and entries that got any. */
  additions: { density: number; colour: number };
  touched: { density: number; colour: number };
  /** Entries of one table. */
  entries: number;
  /** Cells that one occupancy update renews. */
  occupancyCells: number;
}

type Resource = 'flops' | 'gathers' | 'additions' | 'bytes';
/** Work by resource; the first named is what the kernel is judged by. */
export type Work = Partial<Record<Resource, number>>;

const CEILING: Record<Resource, { ceiling: CeilingName; perSecond: number }> = {
  flops: { ceiling: 'fma f32', perSecond: 1e9 },
  gathers: { ceiling: 'gather u32', perSecond: 1e6 },
  additions: { ceiling: 'atomic add i32', perSecond: 1e6 },
  bytes: { ceiling: 'stream copy', perSecond: 1e9 },
};

export interface Judgement {
  achieved: number;
  unit: string;
  /** Of the ceiling that the kernel is judged by. */
  share: number;
  boundMs: number;
}

export function judge(work: Work, ms: number, ceilings: readonly Ceiling[]): Judgement | null {
  const parts = (Object.entries(work) as [Resource, number][]).map(([resource, amount]) => {
    const { ceiling: name, perSecond } = CEILING[resource];
    const ceiling = ceilings.find((c) => c.name === name)!;
    const achieved = amount / (ms / 1000) / perSecond;
    return { achieved, unit: ceiling.unit, share: achieved / ceiling.value, ms: (ms * achieved) / ceiling.value };
  });
  if (!parts.length) return null;
  const [{ achieved, unit, share }] = parts;
  return { achieved, unit, share, boundMs: Math.max(...parts.map((p) => p.ms)) };
}

/** The work of every kernel of a training step, by span name. A float or an index is 4 bytes. */
export function workOfStep(config: FieldConfig, w: StepWork): Record<string, Work> {
  const { rays: r, samples: s, survivors: n } = w;
  const corners = 8 * config.levels;
  const encoded = 2 * config.levels;
  // Two operations a weight; backward once more for the inputs, and once for the weights. Hidden sums are worked out
  // again there, which is a choice of ours and so not counted.
  const density = 2 * densityWeightCount(config);
  const colour = 2 * config.colourHidden * (encoded + 9 + 3);
  const colourInputs = 2 * config.colourHidden * (encoded + 3);
  const cells = config.occupancyResolution ** 3;
  const touched = w.touched.density + w.touched.colour;
  const weights = densityWeightCount(config) + colourWeightCount(config);
  return {
    training_rays: { bytes: r * 84 },
    march_count: { gathers: w.marchSteps, bytes: r * 36 },
    march_write: { bytes: s * 20 + r * 40 },
    scan_counts: { bytes: r * 24 },
    encode_density: { gathers: s * corners, bytes: s * (12 + 2 * encoded) },
    encode_colour: { gathers: n * corners, bytes: n * (12 + 2 * encoded) },
    density_forward: { flops: s * density, bytes: s * (2 * encoded + 4) },
    transmittance: { bytes: n * 12 + r * 12 },
    compact: { bytes: n * 60 + r * 16 },
    colour_forward: { flops: n * colour, bytes: n * (2 * encoded + 16) },
    composite: { bytes: n * 28 + r * 44 },
    mark_seen: { bytes: n * 32 },
    huber: { bytes: r * 48 },
    sum_loss: { bytes: r * 8 },
    composite_backward: { bytes: n * 44 + r * 32 },
    colour_backward: { flops: n * colourInputs, bytes: n * (6 * encoded + 40) },
    colour_weights_backward: { flops: n * colour, bytes: n * (2 * encoded + 16) },
    density_backward: { flops: n * density, bytes: n * (6 * encoded + 8) },
    density_weights_backward: { flops: n * density, bytes: n * (2 * encoded + 8) },
    encode_colour_backward: { additions: w.additions.colour, bytes: 4 * n * (3 + encoded) },
    encode_density_backward: { additions: w.additions.density, bytes: 4 * n * (3 + encoded) },
    // Every gradient is looked at; an entry that got one is stepped: moments, master and step count in and out, the
    // halves out, the gradient cleared.
    list_touched: { bytes: 2 * w.entries * 8 },
    adam_table: { bytes: touched * 68 },
    adam_weights: { bytes: weights * 32 },
    occupancy_sample: { bytes: w.occupancyCells * 12 },
    occupancy_update: { bytes: w.occupancyCells * 12 },
    occupancy_mean: { bytes: cells * 4 },
    occupancy_bits_from_grid: { bytes: cells * 8 },
  };
}

/**
 * Additions of encode_backward that are not zero after rounding: what it cannot avoid.
 * @param position [3, stride] @param dEncoded [L, stride, 2]
 */
export function countAdditions(
  position: Float32Array,
  dEncoded: Float32Array,
  count: number,
  stride: number,
  levels: readonly HashLevel[],
  gradientScale: number,
): number {
  let additions = 0;
  levels.forEach(({ scale }, level) => {
    for (let s = 0; s < count; s++) {
      const a = Math.abs(gradientScale * dEncoded[2 * (level * stride + s)]);
      const b = Math.abs(gradientScale * dEncoded[2 * (level * stride + s) + 1]);
      if (Math.max(a, b) < 0.5) continue;
      const [x, y, z] = [0, 1, 2].map((axis) => {
        const p = position[axis * stride + s] * scale + 0.5;
        return p - Math.floor(p);
      });
      for (let k = 0; k < 8; k++) {
        const w = (k & 1 ? x : 1 - x) * (k & 2 ? y : 1 - y) * (k & 4 ? z : 1 - z);
        if (a * w >= 0.5) additions++;
        if (b * w >= 0.5) additions++;
      }
    }
  });
  return additions;
}

const RAY = new StructLayout(rayWgsl, 'Ray');
const [FLOATS, NEAR, FAR] = [RAY.bytes, RAY.offsetOf('t_near'), RAY.offsetOf('t_far')].map((bytes) => bytes / 4);

/** Occupancy look-ups of march_count: steps of each ray from t_near to t_far. @param rays [R] struct Ray */
export function countMarchSteps(rays: Float32Array, count: number, cone: number, stepMin: number): number {
  let steps = 0;
  for (let r = 0; r < count; r++) {
    const far = rays[FLOATS * r + FAR];
    for (let t = rays[FLOATS * r + NEAR]; t < far; t += Math.max(t * cone, stepMin)) steps++;
  }
  return steps;
}
