// How far the colours of pictures are from those of a style, whatever is where: the sliced Wasserstein distance of two clouds
// of colours (Bonneel et al. 2015). Along each of 64 directions both clouds are sorted, and what one has to be moved to
// become the other is the mean difference of their quantiles; the distance is the mean over directions.

/** Directions, spread evenly over a half sphere by the golden angle, so that every run measures the same. */
const DIRECTIONS = 64;
/** Quantiles at which the sorted projections are compared. */
const QUANTILES = 256;

/** Unit directions [count, 3] of a Fibonacci lattice on the upper half of the sphere. */
export function spreadDirections(count: number): [number, number, number][] {
  const golden = Math.PI * (3 - Math.sqrt(5));
  return Array.from({ length: count }, (_, i) => {
    const z = (i + 0.5) / count;
    const r = Math.sqrt(1 - z * z);
    return [r * Math.cos(golden * i), r * Math.sin(golden * i), z];
  });
}

/**
 * @param a, b colours [P, 3] and [Q, 3], sRGB 0..1; at least one each
 * @returns 0 for equal clouds; .87 for black and white
 */
export function paletteDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length < 3 || b.length < 3 || a.length % 3 || b.length % 3) {
    throw new Error(`paletteDistance: expected colours [P, 3] and [Q, 3], got ${a.length} and ${b.length} values`);
  }
  let sum = 0;
  for (const direction of spreadDirections(DIRECTIONS)) {
    const [along, beside] = [sortedProjection(a, direction), sortedProjection(b, direction)];
    for (let k = 0; k < QUANTILES; k++) {
      const q = (k + 0.5) / QUANTILES;
      sum += Math.abs(quantile(along, q) - quantile(beside, q)) / QUANTILES;
    }
  }
  return sum / DIRECTIONS;
}

/** Colours along a direction, ascending. [P] */
export function sortedProjection(colours: ArrayLike<number>, [x, y, z]: readonly number[]): Float64Array {
  const out = new Float64Array(colours.length / 3);
  for (let i = 0; i < out.length; i++) out[i] = x * colours[3 * i] + y * colours[3 * i + 1] + z * colours[3 * i + 2];
  return out.sort();
}

/** The value below which a share q of the sorted values lies, between neighbours linear (as torch.quantile). */
export function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}
