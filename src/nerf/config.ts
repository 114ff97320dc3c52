// What a preset is: one plain object, each field with its unit and reason. Sizes that change array types become WGSL
// constants (constantsWgsl); all else travels as uniforms.

import type { PresetName } from './types.ts';

/** Samples a workgroup in the MLPs; scan_counts has it too. */
export const MLP_GROUP = 256;

/** Chunks of a view that the renderer plans in one round. */
export const PLAN_CHUNKS = 4096;

export interface FieldConfig {
  /** L. A multiple of 2, so that 2 features a level fill whole vec4s. */
  levels: number;
  /** log2 of the entries of a hashed level (T). */
  log2TableSize: number;
  /** Cells a side of the coarsest and the finest level. */
  minResolution: number;
  maxResolution: number;
  /** Neurons of the one hidden layer. A multiple of 4. */
  densityHidden: number;
  colourHidden: number;
  /** Cells a side of the occupancy grid; a multiple of 32 keeps its words whole. */
  occupancyResolution: number;
  /** March step near the camera, scene units, and its growth with distance. */
  stepMin: number;
  cone: number;
  /** Ray range, scene units. near keeps matter off the lens; far only matters to unbounded scenes. */
  near: number;
  far: number;
  /** Samples a ray at most: bounds the worst case of a chunk. */
  samplesPerRay: number;
}

export interface TrainConfig {
  steps: number;
  /**
   * Rays drawn a step at first, and at most; those that do not fit `samplesPerStep` are dropped on the GPU. More steps
   * of fewer rays learn faster (chair, 45 s: 4096 at most 28.97 dB, 32768 at most 28.22).
   */
  raysPerStep: number;
  raysPerStepMost: number;
  samplesPerStep: number;
  /** Adam, tables and MLPs. Mueller et al. 2022: 1e-2; few steps want more (fox, 300 steps: 23.3 dB, 3e-2: 24.3). */
  learningRate: number;
  /** Learning rate at the end, as a share of the first; exponential over the second half. */
  finalLearningRate: number;
  /** On MLP weights only (Mueller et al. 2022: 1e-6), on the scale of the summed loss. */
  l2: number;
  /** Weight of the distortion loss beside the summed Huber loss, against fog and floaters; 0 = off. */
  distortion: number;
  /** Share of rays whose direction is hidden, so that the view-independent reading is trained too. */
  directionDropout: number;
  /** Steps marched at 4x and, after them, at 2x the step length. */
  coarseSteps: [number, number];
  /** Steps between occupancy updates; each renews one of so many parts of the grid, all in the first 4 updates. */
  occupancyInterval: number;
  occupancyParts: number;
  occupancyDecay: number;
  /** Steps for which a cell counts as seen after light last reached it in a training ray. */
  seenWindow: number;
  /** Or for this share of all steps so far, where that is more: late in training rays that see a cell are rare. */
  seenShare: number;
}

export interface StylePreset {
  steps: number;
  /** Long side of the views that are stylized, pixels. */
  viewSide: number;
  /** Scale of the style beside those views, and so of the strokes. Small views want strokes that the field can hold. */
  styleScale: number;
}

export interface Preset {
  field: FieldConfig;
  train: TrainConfig;
  style: StylePreset;
  /** Long side of training pictures, pixels, unless the user names a downscale. */
  pictureSide: number;
  /** Samples that the work buffers hold: bounds GPU memory. */
  sampleCapacity: number;
  /** Rays of a rendering chunk, at most. */
  rayCapacity: number;
  /** How checkpoints keep hash tables: as they are used, or in a byte a feature for half the size (still life: -0.002 dB). */
  tables: 'half' | 'byte';
}

export const PRESETS: Record<PresetName, Preset> = {
  quick: {
    field: {
      levels: 8,
      log2TableSize: 16,
      minResolution: 16,
      maxResolution: 512,
      densityHidden: 16,
      colourHidden: 32,
      occupancyResolution: 64,
      stepMin: 0.02,
      cone: 1 / 80,
      near: 0.1,
      far: 24,
      samplesPerRay: 256,
    },
    train: {
      steps: 600,
      raysPerStep: 4096,
      raysPerStepMost: 4096,
      samplesPerStep: 1 << 16,
      learningRate: 3e-2,
      finalLearningRate: 0.1,
      l2: 1e-6,
      distortion: 0.03,
      directionDropout: 0.25,
      coarseSteps: [100, 250],
      occupancyInterval: 8,
      occupancyParts: 8,
      occupancyDecay: 0.7,
      seenWindow: 128,
      seenShare: 0.5,
    },
    style: { steps: 192, viewSide: 192, styleScale: 2 },
    pictureSide: 256,
    sampleCapacity: 1 << 17,
    rayCapacity: 1 << 13,
    tables: 'byte',
  },
  standard: {
    field: {
      levels: 12,
      log2TableSize: 17,
      minResolution: 16,
      maxResolution: 1024,
      densityHidden: 32,
      colourHidden: 64,
      occupancyResolution: 128,
      stepMin: 0.005,
      cone: 1 / 256,
      near: 0.1,
      far: 64,
      samplesPerRay: 1024,
    },
    train: {
      steps: 6000,
      raysPerStep: 8192,
      raysPerStepMost: 8192,
      samplesPerStep: 1 << 18,
      learningRate: 1e-2,
      finalLearningRate: 0.05,
      l2: 1e-6,
      distortion: 0.01,
      directionDropout: 0.25,
      coarseSteps: [200, 400],
      occupancyInterval: 16,
      occupancyParts: 8,
      occupancyDecay: 0.8,
      seenWindow: 256,
      seenShare: 0.5,
    },
    style: { steps: 340, viewSide: 512, styleScale: 1 },
    pictureSide: 800,
    sampleCapacity: 1 << 19,
    rayCapacity: 1 << 14,
    tables: 'byte',
  },
  max: {
    field: {
      levels: 16,
      log2TableSize: 19,
      minResolution: 16,
      maxResolution: 2048,
      densityHidden: 64,
      colourHidden: 64,
      occupancyResolution: 128,
      stepMin: 0.0035,
      cone: 1 / 256,
      near: 0.1,
      far: 128,
      samplesPerRay: 1024,
    },
    train: {
      steps: 20000,
      raysPerStep: 16384,
      raysPerStepMost: 16384,
      samplesPerStep: 1 << 18,
      learningRate: 1e-2,
      finalLearningRate: 0.03,
      l2: 1e-6,
      distortion: 0.01,
      directionDropout: 0.25,
      coarseSteps: [200, 400],
      occupancyInterval: 16,
      occupancyParts: 8,
      occupancyDecay: 0.9,
      seenWindow: 512,
      seenShare: 0.5,
    },
    style: { steps: 680, viewSide: 768, styleScale: 1 },
    pictureSide: 1600,
    sampleCapacity: 1 << 19,
    rayCapacity: 1 << 14,
    tables: 'half',
  },
};

/** Sizes of arrays in the shaders, as WGSL constants to be appended to each kernel that needs them. */
export function constantsWgsl(field: FieldConfig): string {
  const encoded = 2 * field.levels;
  return [
    `const MLP_GROUP = ${MLP_GROUP}u;`,
    `const ENCODED = ${encoded}u;`,
    `const ENCODED_VEC4 = ${encoded / 4}u;`,
    `const COLOUR_VEC4 = ${encoded / 4 + 3}u;`,
    `const DENSITY_HIDDEN = ${field.densityHidden}u;`,
    `const COLOUR_HIDDEN = ${field.colourHidden}u;`,
  ].join('\n');
}
