// The lens of a picture in pixels of its full size; features were sought at a smaller one.

import { LENS_PARAMETERS } from '../bundle/model.ts';
import type { PosesResult } from '../poses.ts';

export function fullLens({ photographs, model }: PosesResult, camera: number) {
  const { width, height, fullWidth, fullHeight } = photographs[camera];
  const at = model.lensOf[camera] * LENS_PARAMETERS;
  const [focal, k1, k2, cx, cy] = model.lenses.subarray(at, at + LENS_PARAMETERS);
  const [sx, sy] = [fullWidth / width, fullHeight / height];
  return { focal: focal * Math.sqrt(sx * sy), k1, k2, cx: cx * sx, cy: cy * sy, sx, sy };
}
