// report.json of `impasto run`, described once: written through this schema, so that what is read elsewhere
// (tests, benchmarks) is what was promised. Unknown figures are left out, never invented.

import { z } from 'zod';

const range = z.object({ rmse: z.number(), baseline: z.number(), pairs: z.int() });

export const reportSchema = z.strictObject({
  adapter: z.object({ vendor: z.string(), architecture: z.string(), description: z.string() }),
  scene: z.object({ name: z.string(), train: z.int(), test: z.int(), downscale: z.number() }),
  preset: z.enum(['quick', 'standard', 'max']),
  /** In the order they ran; steps where the stage counts them. */
  stages: z.array(z.object({ name: z.string(), seconds: z.number().nonnegative(), steps: z.int().optional() })),
  /** Held-out PSNR in dB of the unstylized field, and over how many views. */
  psnr: z.object({ holdout: z.number(), views: z.int().positive() }).nullable(),
  style: z.object({ features: z.string(), metric: z.string(), start: z.number(), end: z.number() }),
  consistency: z.object({ short: range, long: range }),
  video: z.object({
    file: z.string(),
    frames: z.int().positive(),
    fps: z.number().positive(),
    size: z.tuple([z.int().positive(), z.int().positive()]),
  }),
});

export type Report = z.infer<typeof reportSchema>;
