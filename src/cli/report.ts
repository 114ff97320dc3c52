// report.json of `impasto run`, described once: written through this schema, so that what is read elsewhere
// (tests, benchmarks) is what was promised. Unknown figures are left out, never invented.

import { z } from 'zod';
import { PRESET_NAMES } from '../session/presets.ts';
import type { ConsistencyRange, ConsistencyScore, PairScore } from '../session/types.ts';

/** null: no pixel was seen twice. */
const figure = z.number().nullable();
const range = z.object({
  rmse: figure,
  baseline: figure,
  pairs: z.int(),
  /** Of the pixels, seen by both frames of a pair. */
  share: z.number(),
  lpips: figure.optional(),
  baselineLpips: figure.optional(),
});

/** Side by side, since a worse picture can better any one of them; docs/styles.md says what each means. */
const styleFigures = z.object({
  forward: z.number(),
  backward: z.number(),
  palette: z.number(),
  detail: z.tuple([z.number(), z.number(), z.number()]),
});

export const reportSchema = z.strictObject({
  adapter: z.object({ vendor: z.string(), architecture: z.string(), description: z.string() }),
  scene: z.object({ name: z.string(), train: z.int(), test: z.int(), downscale: z.number() }),
  preset: z.enum(PRESET_NAMES),
  /** In the order they ran; steps where the stage counts them. */
  stages: z.array(z.object({ name: z.string(), seconds: z.number().nonnegative(), steps: z.int().optional() })),
  /** Held-out PSNR in dB of the unstylized field, and over how many views. */
  psnr: z.object({ holdout: z.number(), views: z.int().positive() }).nullable(),
  style: z.object({
    features: z.string(),
    metric: z.string(),
    start: z.number(),
    end: z.number(),
    before: styleFigures.optional(),
    after: styleFigures.optional(),
    /** When 90 % of the way was there, on the views as they were painted; null where it led nowhere. */
    ninety: z.object({ step: z.int(), seconds: z.number() }).nullable(),
  }),
  consistency: z.object({ short: range, long: range }),
  video: z.object({
    file: z.string(),
    frames: z.int().positive(),
    fps: z.number().positive(),
    size: z.tuple([z.int().positive(), z.int().positive()]),
  }),
});

export type Report = z.infer<typeof reportSchema>;
export type ConsistencyReport = Report['consistency'];

/** JSON has no NaN: what could not be measured is null. */
const known = (value: number) => (Number.isFinite(value) ? value : null);

const figures = ({ rmse, baseline, share, lpips, baselineLpips }: Omit<PairScore, 'frames'>) => ({
  rmse: known(rmse),
  baseline: known(baseline),
  share,
  ...(lpips !== undefined && { lpips: known(lpips) }),
  ...(baselineLpips !== undefined && { baselineLpips: known(baselineLpips) }),
});

export function consistencyReport({ short, long }: ConsistencyScore): ConsistencyReport {
  return { short: { ...figures(short), pairs: short.pairs }, long: { ...figures(long), pairs: long.pairs } };
}

/** Every pair of frames by itself. */
export function pairsReport({ short, long }: ConsistencyScore) {
  const each = (range: ConsistencyRange) => range.each.map((pair) => ({ frames: pair.frames, ...figures(pair) }));
  return { short: each(short), long: each(long) };
}

export const rmseText = (value: number | null): string => value?.toFixed(4) ?? 'unknown';
