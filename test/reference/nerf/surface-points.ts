// Which samples of a ray stand for its surface (surface_points.wgsl), in plain loops over the weights of all samples.

import { rayWeights } from './composite.ts';

export interface SurfacePoint {
  /** Sample of the ray. */
  sample: number;
  /** Of the pixel. */
  weight: number;
}

/** The samples in which the weight, added up, passes (j + 1/2) / count of the ray's opacity, with 1 / count of it for each j. */
export function surfacePoints(ray: { dt: ArrayLike<number>; raw: ArrayLike<number> }, count: number): SurfacePoint[] {
  const { weights } = rayWeights({ dt: Array.from(ray.dt), raw: Array.from(ray.raw) });
  const opacity = weights.reduce((sum, weight) => sum + weight, 0);
  const found: SurfacePoint[] = [];
  if (opacity < 1 / 256) return found;
  for (let j = 0; j < count; j++) {
    let sum = 0;
    const sample = weights.findIndex((weight) => {
      sum += weight;
      return sum >= ((j + 0.5) / count) * opacity;
    });
    const last = found.at(-1);
    if (last?.sample === sample) last.weight += opacity / count;
    else found.push({ sample, weight: opacity / count });
  }
  return found;
}
