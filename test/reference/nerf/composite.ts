// CPU reference of compositing (Mildenhall et al. 2020, eq. 3) and of the distortion loss (Barron et al. 2022, eq. 15)
// on s = t / (1 + t), forward and backward, for one ray. The backward passes are the plain double sums, on purpose not
// the running sums of the shader.

export const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

export interface RaySamples {
  /** Middles and lengths of the steps, scene units. [n] */
  t: ArrayLike<number>;
  dt: ArrayLike<number>;
  /** Raw densities. [n] */
  raw: ArrayLike<number>;
  /** Colours before the map. [n, 3] */
  rgb: ArrayLike<number>;
}

export const densityOf = (raw: number) => Math.exp(Math.min(15, Math.max(-15, raw - 1)));

/** Weights w_i = T_i (1 - exp(-sigma_i dt_i)) and the transmittance behind each sample. */
export function rayWeights({ dt, raw }: Pick<RaySamples, 'dt' | 'raw'>) {
  let transmittance = 1;
  const after: number[] = [];
  const weights = Array.from(raw, (value, i) => {
    const next = transmittance * Math.exp(-densityOf(value) * dt[i]);
    const weight = transmittance - next;
    transmittance = next;
    after.push(next);
    return weight;
  });
  return { weights, after, transmittance };
}

/** Affine map of one colour, not clamped. */
export const mapped = (rgb: ArrayLike<number>, i: number, map: readonly number[]) =>
  [0, 1, 2].map(
    (c) => map[4 * c] * rgb[3 * i] + map[4 * c + 1] * rgb[3 * i + 1] + map[4 * c + 2] * rgb[3 * i + 2] + map[4 * c + 3],
  );

const clamp = (v: number) => Math.min(1, Math.max(0, v));

/** Residual transmittance shows the background or, in an opaque scene, what was accumulated. */
export function overResidual(
  rgb: readonly number[],
  transmittance: number,
  background: readonly number[],
  opaque: boolean,
) {
  const opacity = 1 - transmittance;
  const x = clamp((opacity - 0.02) / 0.28);
  const share = opaque ? x * x * (3 - 2 * x) : 0;
  return rgb.map((v, c) => v + transmittance * ((1 - share) * background[c] + (share * v) / Math.max(opacity, 0.02)));
}

export function composite(
  ray: RaySamples,
  background: readonly number[],
  {
    far = 10,
    cosine = 1,
    map = IDENTITY,
    opaque = false,
  }: { far?: number; cosine?: number; map?: readonly number[]; opaque?: boolean } = {},
) {
  const { weights, transmittance } = rayWeights(ray);
  const rgb = [0, 0, 0];
  let depth = 0;
  weights.forEach((w, i) => {
    mapped(ray.rgb, i, map).forEach((v, c) => {
      rgb[c] += w * clamp(v);
    });
    depth += w * ray.t[i];
  });
  const opacity = 1 - transmittance;
  return {
    rgb: overResidual(rgb, transmittance, background, opaque),
    opacity,
    depth: cosine * (opacity > 0.01 ? depth / opacity : far),
  };
}

/** Sum_ij w_i w_j |s_i - s_j| + 1/3 sum_i w_i^2 ds_i. */
export function distortionLoss(ray: Pick<RaySamples, 't' | 'dt' | 'raw'>): number {
  const { weights } = rayWeights(ray);
  let loss = 0;
  weights.forEach((w, i) => {
    weights.forEach((v, j) => {
      loss += w * v * Math.abs(place(ray.t[i]) - place(ray.t[j]));
    });
    loss += (w * w * width(ray.t[i], ray.dt[i])) / 3;
  });
  return loss;
}

const place = (t: number) => t / (1 + t);
const width = (t: number, dt: number) => dt / (1 + t) ** 2;

/** Gradient of dot(dPixel, pixel) + distortion * loss by colours [n, 3] and raw densities [n]. */
export function compositeBackward(
  ray: RaySamples,
  background: readonly number[],
  dPixel: readonly number[],
  { map = IDENTITY, distortion = 0 }: { map?: readonly number[]; distortion?: number } = {},
) {
  const { weights, after, transmittance } = rayWeights(ray);
  const n = weights.length;
  const dRgb = new Float64Array(3 * n);
  const dWeight = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    mapped(ray.rgb, i, map).forEach((v, c) => {
      dWeight[i] += dPixel[c] * clamp(v);
      // Beyond the clamp a gradient passes only if a step against it leads back inside.
      const d = weights[i] * dPixel[c];
      if ((v > 1 && d < 0) || (v < 0 && d > 0)) return;
      for (let a = 0; a < 3; a++) dRgb[3 * i + a] += map[4 * c + a] * d;
    });
    for (let j = 0; j < n; j++) dWeight[i] += distortion * 2 * weights[j] * Math.abs(place(ray.t[i]) - place(ray.t[j]));
    dWeight[i] += (distortion * 2 * weights[i] * width(ray.t[i], ray.dt[i])) / 3;
  }
  const dTransmittance = background.reduce((sum, b, c) => sum + b * dPixel[c], 0);
  // d w_i / d (sigma_i dt_i) is the transmittance after i; all that lies behind is dimmed by as much as it has.
  const dRaw = Float64Array.from({ length: n }, (_, i) => {
    let d = after[i] * dWeight[i] - transmittance * dTransmittance;
    for (let k = i + 1; k < n; k++) d -= weights[k] * dWeight[k];
    return d * densityOf(ray.raw[i]) * ray.dt[i];
  });
  return { dRgb, dRaw };
}
