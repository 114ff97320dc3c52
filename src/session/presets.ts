// The presets: everything that goes by the name quick, standard or max. A name stands here and nowhere else.

import type { FieldPlan } from '../nerf/config.ts';

/** Smallest first. */
export const PRESET_NAMES = ['quick', 'standard', 'max'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];
export const DEFAULT_PRESET: PresetName = 'standard';

export interface StylePreset {
  steps: number;
  /** Long side of the views that are stylized, pixels. */
  viewSide: number;
  /** Scale of the style beside those views, and so of the strokes. Small views want strokes that the field can hold. */
  styleScale: number;
}

/** Of `run`'s video where no size is given: long side in pixels, and frames; what each preset's machine bears. */
export interface VideoPreset {
  side: number;
  frames: number;
}

export interface Preset extends FieldPlan {
  style: StylePreset;
  /** Long side of training pictures, pixels, unless the user names a downscale. */
  pictureSide: number;
  /** How checkpoints keep hash tables: as they are used, or in a byte a feature for half the size (still life: -0.002 dB). */
  tables: 'half' | 'byte';
  video: VideoPreset;
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
    video: { side: 320, frames: 48 },
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
    video: { side: 960, frames: 120 },
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
    video: { side: 1920, frames: 180 },
  },
};

/** The preset and what may stand in for it where the adapter has no room, larger ones first. */
export function smallerPresets(name: PresetName): PresetName[] {
  return PRESET_NAMES.slice(0, PRESET_NAMES.indexOf(name) + 1).reverse();
}

/** As help tells them: quick, standard or max. */
export const PRESETS_IN_WORDS = `${PRESET_NAMES.slice(0, -1).join(', ')} or ${PRESET_NAMES.at(-1)}`;
