// The reconstruction as COLMAP's text files (cameras.txt, images.txt, points3D.txt), in the world of transforms.json,
// so that every tool that reads COLMAP reads it. Model RADIAL: f, cx, cy, k1, k2. Ids begin at 1.

import type { Mat3 } from '../geometry/matrix3.ts';
import type { PosesResult } from '../poses.ts';
import { placedCamera, placedPoint, placementOf } from '../reconstruct/place.ts';
import { fullLens } from './full-lens.ts';

export interface ColmapText {
  'cameras.txt': string;
  'images.txt': string;
  'points3D.txt': string;
}

export function colmapText(result: PosesResult): ColmapText {
  const { photographs, model } = result;
  const placement = placementOf(
    model,
    photographs.map(({ orientation }) => orientation),
  );
  const registered = photographs.map((_, c) => c).filter((c) => model.registered[c]);
  const cameras = registered.map((c) => {
    const { focal, cx, cy, k1, k2 } = fullLens(result, c);
    const { fullWidth, fullHeight } = photographs[c];
    return `${c + 1} RADIAL ${fullWidth} ${fullHeight} ${[focal, cx, cy, k1, k2].map(number).join(' ')}`;
  });
  // Index of each observation in its picture's list, which points refer to.
  const listed = photographs.map(() => [] as string[]);
  const points: string[] = [];
  model.points.forEach((point, index) => {
    if (!point) return;
    const track: string[] = [];
    let error = 0;
    point.cameras.forEach((c, k) => {
      const feature = point.features[k];
      const { sx, sy } = fullLens(result, c);
      track.push(`${c + 1} ${listed[c].length}`);
      listed[c].push(
        `${number(model.features[c].x[feature] * sx)} ${number(model.features[c].y[feature] * sy)} ${index + 1}`,
      );
      error += Math.sqrt(model.squaredError(c, feature, point.x, point.y, point.z) * sx * sy);
    });
    const place = placedPoint(point.x, point.y, point.z, placement).map(number).join(' ');
    points.push(`${index + 1} ${place} 128 128 128 ${number(error / point.cameras.length)} ${track.join(' ')}`);
  });
  const images = registered.flatMap((c) => {
    const { quaternion, translation } = worldToCamera(placedCamera(model, c, placement));
    const pose = [...quaternion, ...translation].map(number).join(' ');
    return [`${c + 1} ${pose} ${c + 1} ${photographs[c].name}`, listed[c].join(' ')];
  });
  const file = (lines: string[]) => `${lines.join('\n')}\n`;
  return {
    'cameras.txt': file(['# CAMERA_ID MODEL WIDTH HEIGHT PARAMS[]', ...cameras]),
    'images.txt': file([
      '# IMAGE_ID QW QX QY QZ TX TY TZ CAMERA_ID NAME, then X Y POINT3D_ID of its points',
      ...images,
    ]),
    'points3D.txt': file(['# POINT3D_ID X Y Z R G B ERROR TRACK[] as (IMAGE_ID POINT2D_IDX)', ...points]),
  };
}

const number = (value: number): string => String(Number(value.toPrecision(12)));

/** From camera-to-world with OpenGL axes to COLMAP's world-to-camera with y down. */
function worldToCamera(m: readonly number[]): { quaternion: number[]; translation: number[] } {
  const r: Mat3 = [m[0], m[4], m[8], -m[1], -m[5], -m[9], -m[2], -m[6], -m[10]];
  const translation = [0, 3, 6].map((row) => -(r[row] * m[3] + r[row + 1] * m[7] + r[row + 2] * m[11]));
  return { quaternion: quaternionOf(r), translation };
}

/** w x y z; the largest of the four is found first, so that nothing is divided by zero. */
export function quaternionOf(r: Mat3): number[] {
  const squares = [1 + r[0] + r[4] + r[8], 1 + r[0] - r[4] - r[8], 1 - r[0] + r[4] - r[8], 1 - r[0] - r[4] + r[8]];
  const largest = squares.indexOf(Math.max(...squares));
  const q = [
    [squares[0], r[7] - r[5], r[2] - r[6], r[3] - r[1]],
    [r[7] - r[5], squares[1], r[1] + r[3], r[2] + r[6]],
    [r[2] - r[6], r[1] + r[3], squares[2], r[5] + r[7]],
    [r[3] - r[1], r[2] + r[6], r[5] + r[7], squares[3]],
  ][largest];
  const length = Math.hypot(...q) * (q[0] < 0 ? -1 : 1);
  return q.map((value) => value / length);
}
