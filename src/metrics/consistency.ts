// Multi-view consistency by exact reprojection: each pixel of frame a is lifted by its depth, found again in frame
// b, and the two colours compared. Counted are only pixels whose point both frames see: opaque in both, inside b,
// and not hidden there (b's depth agrees within 1 %). Root mean square over that mask alone, colours 0..1.
// A grey picture is perfectly consistent: give the unstylized baseline and a style score beside these figures.

import type { Camera } from '../scene/types.ts';

/** One rendered frame. All row-major, row 0 at the top; the camera has the frame's size, its distortion is ignored. */
export interface ConsistencyFrame {
  /** [H, W, 3], sRGB 0..1. */
  rgb: Float32Array<ArrayBuffer>;
  /** View-space z, positive in front. [H, W], scene units. */
  depth: Float32Array;
  /** [H, W], 0..1. */
  opacity: Float32Array;
  camera: Camera;
}

export interface ConsistencyOptions {
  /** Visible in b when |z - z'| / z stays below this. Default .01. */
  depthTolerance?: number;
  /** Seen at all when opacity is above this, in both. Default .5. */
  minOpacity?: number;
}

export interface ConsistencyError {
  /** Over pixels of the mask and three channels; NaN when the mask is empty: nothing was seen twice. */
  rmse: number;
  /** Share of a's pixels that were compared. */
  maskShare: number;
  /** What pooling over pairs needs: summed squared differences, and how many pixels they come from. */
  squaredError: number;
  pixels: number;
}

/** b as seen by a's camera, wherever both see the same point. */
export interface Reprojection {
  /** [H, W, 3] of a's size: b's colours where the mask is set, a's own elsewhere, so that they differ only there. */
  seen: Float32Array<ArrayBuffer>;
  /** [H, W], 1 where the point is seen by both, else 0. */
  mask: Float32Array<ArrayBuffer>;
  /** How many that are. */
  pixels: number;
}

/** b warped to a. */
export function reproject(a: ConsistencyFrame, b: ConsistencyFrame, options: ConsistencyOptions = {}): Reprojection {
  const { depthTolerance = 0.01, minOpacity = 0.5 } = options;
  checkFrame('a', a);
  checkFrame('b', b);
  const { width, height, fx, fy, cx, cy } = a.camera;
  const target = b.camera;
  const [w, h] = [target.width, target.height];
  const m = relativePose(a.camera.cameraToWorld, target.cameraToWorld);
  const seen = Float32Array.from(a.rgb);
  const mask = new Float32Array(width * height);
  let pixels = 0;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const z = a.depth[i];
      if (!(a.opacity[i] > minOpacity) || !(z > 0)) continue;
      // Pixel centre -> a's camera (looks down -z, y up) -> b's camera.
      const px = ((x + 0.5 - cx) / fx) * z;
      const py = -((y + 0.5 - cy) / fy) * z;
      const zb = -(m[8] * px + m[9] * py - m[10] * z + m[11]);
      if (!(zb > 0)) continue;
      const sx = (target.fx * (m[0] * px + m[1] * py - m[2] * z + m[3])) / zb + target.cx - 0.5;
      const sy = target.cy - 0.5 - (target.fy * (m[4] * px + m[5] * py - m[6] * z + m[7])) / zb;
      // All four neighbours inside; a hair of slack, so that a pixel warped onto itself is not lost to rounding.
      if (!(sx >= -1e-6 && sy >= -1e-6 && sx <= w - 1 + 1e-6 && sy <= h - 1 + 1e-6)) continue;
      const x0 = Math.min(Math.max(Math.floor(sx), 0), Math.max(w - 2, 0));
      const y0 = Math.min(Math.max(Math.floor(sy), 0), Math.max(h - 2, 0));
      const [tx, ty] = [sx - x0, sy - y0];
      const right = w > 1 ? 1 : 0;
      const i00 = y0 * w + x0;
      const i10 = i00 + right;
      const i01 = h > 1 ? i00 + w : i00;
      const i11 = i01 + right;
      const [w00, w10, w01, w11] = [(1 - tx) * (1 - ty), tx * (1 - ty), (1 - tx) * ty, tx * ty];
      const opacity = w00 * b.opacity[i00] + w10 * b.opacity[i10] + w01 * b.opacity[i01] + w11 * b.opacity[i11];
      if (!(opacity > minOpacity)) continue;
      // 1/z is linear in the picture for any plane, so its bilinear mean is exact on slanted surfaces.
      const inverse = w00 / b.depth[i00] + w10 / b.depth[i10] + w01 / b.depth[i01] + w11 / b.depth[i11];
      if (!(Math.abs(zb * inverse - 1) < depthTolerance)) continue;
      for (let c = 0; c < 3; c++) {
        seen[3 * i + c] =
          w00 * b.rgb[3 * i00 + c] + w10 * b.rgb[3 * i10 + c] + w01 * b.rgb[3 * i01 + c] + w11 * b.rgb[3 * i11 + c];
      }
      mask[i] = 1;
      pixels++;
    }
  }
  return { seen, mask, pixels };
}

/** b warped to a, and compared with it. */
export function consistencyError(
  a: ConsistencyFrame,
  b: ConsistencyFrame,
  options: ConsistencyOptions = {},
): ConsistencyError {
  return reprojectionError(a, reproject(a, b, options));
}

/** What a and the picture warped to it differ by. */
export function reprojectionError(a: ConsistencyFrame, { seen, pixels }: Reprojection): ConsistencyError {
  let squaredError = 0;
  // Outside the mask they are the same.
  for (let i = 0; i < seen.length; i++) squaredError += (a.rgb[i] - seen[i]) ** 2;
  const maskShare = pixels / (a.camera.width * a.camera.height);
  return { rmse: Math.sqrt(squaredError / (3 * pixels)), maskShare, squaredError, pixels };
}

/** One pair of a path, for those who want to see it. */
export interface PathPair extends Reprojection {
  /** t and t + gap. */
  frames: [number, number];
  width: number;
  height: number;
  /** Of the first frame, [H, W, 3]. */
  rgb: Float32Array<ArrayBuffer>;
  rmse: number;
}

/** Any distance of two pictures [H, W, 3] over a mask [H, W]. */
export type MaskedDistance = (
  a: Float32Array<ArrayBuffer>,
  b: Float32Array<ArrayBuffer>,
  width: number,
  height: number,
  mask: Float32Array,
) => Promise<number>;

export interface PathOptions extends ConsistencyOptions {
  /** Measured beside the RMSE, like LPIPS. */
  distance?: MaskedDistance;
  onPair?: (pair: PathPair) => void | Promise<void>;
}

/** One pair's figures; NaN where nothing was seen twice, or no distance was asked for. */
export interface PairFigures {
  frames: [number, number];
  rmse: number;
  maskShare: number;
  distance: number;
}

export interface PathConsistency {
  /** Frames (t, t + gap). */
  gap: number;
  pairs: number;
  each: PairFigures[];
  /** Of squared errors pooled over all pairs; NaN when no pixel was seen twice. */
  rmse: number;
  /** Mean over the pairs. */
  maskShare: number;
  /** Mean over the pairs in which anything was seen twice; NaN where there is none, or no distance was asked for. */
  distance: number;
}

/** Every pair (t, t + gap) of an open path; 1 is called short and 7 long range, as published. */
export async function consistencyOverPath(
  frames: readonly ConsistencyFrame[],
  gap: number,
  options: PathOptions = {},
): Promise<PathConsistency> {
  let [squaredError, pixels] = [0, 0];
  const each: PairFigures[] = [];
  for (let t = 0; t + gap < frames.length; t++) {
    const a = frames[t];
    const { width, height } = a.camera;
    const warped = reproject(a, frames[t + gap], options);
    const error = reprojectionError(a, warped);
    squaredError += error.squaredError;
    pixels += error.pixels;
    const measured = options.distance && error.pixels > 0;
    const distance = measured ? await options.distance!(a.rgb, warped.seen, width, height, warped.mask) : Number.NaN;
    const { rmse, maskShare } = error;
    each.push({ frames: [t, t + gap], rmse, maskShare, distance });
    await options.onPair?.({ ...warped, frames: [t, t + gap], width, height, rgb: a.rgb, rmse });
  }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    gap,
    pairs: each.length,
    each,
    rmse: Math.sqrt(squaredError / (3 * pixels)),
    maskShare: each.length > 0 ? mean(each.map((pair) => pair.maskShare)) : 0,
    distance: mean(each.map((pair) => pair.distance).filter(Number.isFinite)),
  };
}

/** bCamera_from_aCamera, row-major; both poses are rigid, so the inverse rotation is the transpose. */
function relativePose(aToWorld: readonly number[], bToWorld: readonly number[]): number[] {
  const out = new Array<number>(12);
  for (let r = 0; r < 3; r++) {
    for (let c = 0; c < 4; c++) {
      let sum = 0;
      for (let k = 0; k < 3; k++) {
        const moved = aToWorld[k * 4 + c] - (c === 3 ? bToWorld[k * 4 + 3] : 0);
        sum += bToWorld[k * 4 + r] * moved;
      }
      out[r * 4 + c] = sum;
    }
  }
  return out;
}

function checkFrame(name: string, { rgb, depth, opacity, camera }: ConsistencyFrame): void {
  const count = camera.width * camera.height;
  if (rgb.length !== 3 * count || depth.length !== count || opacity.length !== count) {
    throw new Error(
      `consistencyError, frame ${name}: expected ${camera.width}x${camera.height} pixels, got rgb ${rgb.length / 3}, ` +
        `depth ${depth.length}, opacity ${opacity.length}`,
    );
  }
}
