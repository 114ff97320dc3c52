// Sizes of a field and of its training: plain objects, each number with its unit and reason. Those that change array
// types become WGSL constants (constantsWgsl); all else travels as uniforms. The presets are in session/presets.ts.

/** Samples a workgroup in the MLPs; scan_counts has it too. */
export const MLP_GROUP = 256;

/** Chunks of a view that the renderer plans before it reads how many samples they have. */
export const PLAN_CHUNKS = 256;

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

/** A field, its training and the work buffers of both: what GPU memory follows from. */
export interface FieldPlan {
  field: FieldConfig;
  train: TrainConfig;
  /** Samples that the work buffers hold: bounds GPU memory. */
  sampleCapacity: number;
  /** Rays of a rendering chunk, at most. */
  rayCapacity: number;
}

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
