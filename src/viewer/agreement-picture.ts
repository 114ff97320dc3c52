// Where a view and a neighbouring one of the same field disagree: the neighbour warped into the view by depth, and the
// difference as a colour. What only one of them sees is veiled in grey and not counted.

import { type ConsistencyFrame, reproject, reprojectionError } from '../metrics/consistency.ts';
import { heatMap } from '../metrics/heat-map.ts';
import type { Camera, Picture } from '../scene/types.ts';

/** RGBA over what was not compared: the view shows through. */
export const VEIL = [96, 96, 96, 176] as const;
/** Cameras nearer than this to the view are the view itself: scene units plus radians. */
const SAME_VIEW = 0.02;

/** @returns share: of the view's pixels, compared; rmse over them, colours 0..1, NaN where there is none */
export function agreementPicture(
  view: ConsistencyFrame,
  neighbour: ConsistencyFrame,
): { picture: Picture; rmse: number; share: number } {
  const warped = reproject(view, neighbour);
  const { rmse, maskShare } = reprojectionError(view, warped);
  const { width, height } = view.camera;
  const picture = heatMap(view.rgb, warped.seen, width, height, warped.mask);
  for (let p = 0; p < width * height; p++) if (!warped.mask[p]) picture.data.set(VEIL, 4 * p);
  return { picture, rmse, share: maskShare };
}

/** Index of the camera that sees most nearly what the view sees, but not the view itself; null where there is none. */
export function neighbourOf(view: Camera, cameras: readonly Camera[]): number | null {
  const apart = (camera: Camera) => {
    const [a, b] = [view.cameraToWorld, camera.cameraToWorld];
    const moved = Math.hypot(a[3] - b[3], a[7] - b[7], a[11] - b[11]);
    const cosine = a[2] * b[2] + a[6] * b[6] + a[10] * b[10];
    return moved + Math.acos(Math.min(1, Math.max(-1, cosine)));
  };
  let best: { index: number; distance: number } | null = null;
  for (const [index, camera] of cameras.entries()) {
    const distance = apart(camera);
    if (distance > SAME_VIEW && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { index, distance };
  }
  return best?.index ?? null;
}
