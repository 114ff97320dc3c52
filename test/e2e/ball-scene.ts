// A scene so small that SwiftShader learns it in seconds: a banded ball before nothing, drawn ray by ray, as a
// NeRF-Blender set in a zip. Transparent round the ball, so that most of space is soon known to be empty.

import { strToU8, zipSync } from 'fflate';
import { encodePng } from '../../src/export/png.ts';

const SIDE = 48;
const ANGLE_RAD = 0.7;
/** World units; the loader puts |x| <= 1.5 into the box. */
const RADIUS = 0.9;
const DISTANCE = 3;

export function ballZip(): Uint8Array {
  const files: Record<string, Uint8Array> = {};
  for (const [part, count, turn] of [
    ['train', 14, 0],
    ['test', 2, 0.3],
  ] as const) {
    const frames = Array.from({ length: count }, (_, i) => {
      const pose = lookingAtCentre((2 * Math.PI * i) / count + turn, 0.15 + 0.5 * ((i * 0.618) % 1));
      files[`${part}/${i}.png`] = encodePng({ width: SIDE, height: SIDE, data: photograph(pose) });
      return { file_path: `${part}/${i}.png`, transform_matrix: pose };
    });
    files[`transforms_${part}.json`] = strToU8(JSON.stringify({ camera_angle_x: ANGLE_RAD, frames }));
  }
  return zipSync(files);
}

/** Camera-to-world rows, +Z up in the world, looking down -z. */
function lookingAtCentre(azimuthRad: number, elevationRad: number): number[][] {
  const [ca, sa, ce, se] = [azimuthRad, elevationRad].flatMap((angle) => [Math.cos(angle), Math.sin(angle)]);
  const back = [ca * ce, sa * ce, se];
  const right = [-sa, ca, 0];
  const up = [-ca * se, -sa * se, ce];
  return [...[0, 1, 2].map((row) => [right[row], up[row], back[row], DISTANCE * back[row]]), [0, 0, 0, 1]];
}

function photograph(pose: number[][]): Uint8ClampedArray<ArrayBuffer> {
  const data = new Uint8ClampedArray(SIDE * SIDE * 4);
  const focal = SIDE / 2 / Math.tan(ANGLE_RAD / 2);
  const eye = pose.slice(0, 3).map((row) => row[3]);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const local = [(x + 0.5 - SIDE / 2) / focal, (SIDE / 2 - y - 0.5) / focal, -1];
      const ray = pose.slice(0, 3).map((row) => row[0] * local[0] + row[1] * local[1] + row[2] * local[2]);
      const a = ray.reduce((sum, d) => sum + d * d, 0);
      const b = ray.reduce((sum, d, i) => sum + d * eye[i], 0);
      const c = DISTANCE ** 2 - RADIUS ** 2;
      const root = b * b - a * c;
      if (root <= 0) continue;
      const t = (-b - Math.sqrt(root)) / a;
      const [px, py, pz] = ray.map((d, i) => eye[i] + t * d);
      const band = Math.sin(9 * pz) > 0;
      const light = 0.6 + (0.4 * (px + py + pz)) / (1.8 * RADIUS);
      const colour = band ? [230, 150, 60] : [60, 110, 200];
      data.set([...colour.map((value) => value * light), 255], 4 * (y * SIDE + x));
    }
  }
  return data;
}
