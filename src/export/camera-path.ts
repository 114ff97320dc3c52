// Camera paths to render along. `turntable` is a circle round a centre; `turntableFor` chooses centre, radius,
// elevation and lens from a scene's own cameras, and where these cover an arc only it swings to and fro inside
// that arc instead of showing sides that no photograph saw. Both are closed: the frame after the last is the first.
// Azimuth 0 looks along -z from +z and grows towards +x; elevation is above the horizon; up is +Y.

import { add, column, cross, dot, fromColumns, norm, scaled, subtract, type Vec3 } from '../scene/matrix.ts';
import type { Camera, Scene } from '../scene/types.ts';

export { type CameraPath, pathFromJson, pathToJson } from './path-json.ts';

export interface TurntableOptions {
  centre: Vec3;
  /** Distance from the centre, scene units. */
  radius: number;
  /** Above the horizon, -pi/2..pi/2. */
  elevationRad: number;
  frames: number;
  width: number;
  height: number;
  /** Vertical angle of view. */
  fovRad: number;
  /** Azimuth of the first frame. Default 0. */
  startRad?: number;
}

/** A full turn at constant height. */
export function turntable(options: TurntableOptions): Camera[] {
  const { centre, radius, elevationRad, frames, width, height, fovRad, startRad = 0 } = options;
  const focal = (0.5 * height) / Math.tan(0.5 * fovRad);
  return Array.from({ length: frames }, (_, i) =>
    pinhole(orbitPose(centre, radius, startRad + (2 * Math.PI * i) / frames, elevationRad), width, height, focal),
  );
}

/**
 * Camera-to-world on the sphere round a centre, looking at it. The axes come straight from the two angles, not
 * from a cross product with +Y, so nothing twists or breaks at the poles.
 */
export function orbitPose(centre: Vec3, radius: number, azimuthRad: number, elevationRad: number): number[] {
  const [sa, ca] = [Math.sin(azimuthRad), Math.cos(azimuthRad)];
  const [se, ce] = [Math.sin(elevationRad), Math.cos(elevationRad)];
  const backward: Vec3 = [sa * ce, se, ca * ce];
  const right: Vec3 = [ca, 0, -sa];
  return fromColumns(right, cross(backward, right), backward, add(centre, scaled(backward, radius)));
}

export interface Coverage {
  /** The point that the cameras' axes pass nearest to. */
  centre: Vec3;
  /** Of the middle camera by distance, by elevation. */
  radius: number;
  elevationRad: number;
  /** The arc of azimuths with cameras, from start counter-clockwise to start + sweep; sweep = 2 pi: all round. */
  startRad: number;
  sweepRad: number;
}

/** A gap between neighbouring cameras wider than this is a side that nobody photographed. */
const OPEN_GAP_RAD = Math.PI / 2;
/** Share of a covered arc that the swing uses: its ends are seen by one camera only. */
const SWING_SHARE = 0.85;

/** Where a set of cameras looks, and from where. */
export function coverageOf(cameras: readonly Camera[]): Coverage {
  if (cameras.length === 0) throw new Error('coverageOf: expected at least one camera, got none');
  const centre = sharedCentre(cameras);
  const offsets = cameras.map((camera) => subtract(column(camera.cameraToWorld, 3), centre));
  const radius = Math.max(median(offsets.map(norm)), 1e-6);
  const elevationRad = median(offsets.map((o) => Math.asin(clamp(o[1] / Math.max(norm(o), 1e-9), -1, 1))));
  const azimuths = offsets.map((o) => Math.atan2(o[0], o[2])).sort((a, b) => a - b);
  let widest = { gap: -1, end: 0 };
  azimuths.forEach((azimuth, i) => {
    const previous = i > 0 ? azimuths[i - 1] : azimuths[azimuths.length - 1] - 2 * Math.PI;
    if (azimuth - previous > widest.gap) widest = { gap: azimuth - previous, end: azimuth };
  });
  const whole = widest.gap < OPEN_GAP_RAD;
  return { centre, radius, elevationRad, startRad: widest.end, sweepRad: 2 * Math.PI - (whole ? 0 : widest.gap) };
}

/** A closed path for any scene: a full turn where the cameras stand all round, else a swing in their arc. */
export function turntableFor(
  scene: Pick<Scene, 'train' | 'unbounded'>,
  frames: number,
  width: number,
  height: number,
): Camera[] {
  const cameras = scene.train.map((view) => view.camera);
  const { centre, radius, elevationRad, startRad, sweepRad } = coverageOf(cameras);
  const focal = focalFor(cameras, width, height, scene.unbounded);
  const middle = startRad + 0.5 * sweepRad;
  const around = sweepRad >= 2 * Math.PI - 1e-9;
  return Array.from({ length: frames }, (_, i) => {
    const turn = (2 * Math.PI * i) / frames;
    if (around) return pinhole(orbitPose(centre, radius, startRad + turn, elevationRad), width, height, focal);
    const azimuth = middle + 0.5 * SWING_SHARE * sweepRad * Math.sin(turn);
    // On an arc the photographer comes nearer and goes off again: follow the cameras near this azimuth.
    const near = nearbyStand(cameras, centre, azimuth);
    return pinhole(orbitPose(centre, near.radius, azimuth, near.elevationRad), width, height, focal);
  });
}

/** Distance and elevation of the cameras round an azimuth, Gaussian-weighted so that it changes smoothly. */
function nearbyStand(cameras: readonly Camera[], centre: Vec3, azimuth: number) {
  const sigma = 0.25; // rad: wide enough to smooth hand-held jitter, narrow beside any arc worth swinging in
  let [total, radius, elevationRad] = [0, 0, 0];
  for (const camera of cameras) {
    const o = subtract(column(camera.cameraToWorld, 3), centre);
    const away = Math.atan2(o[0], o[2]) - azimuth;
    const wrapped = Math.atan2(Math.sin(away), Math.cos(away));
    // The floor keeps a lone camera's arc defined far from every other one.
    const weight = Math.exp(-0.5 * (wrapped / sigma) ** 2) + 1e-6;
    total += weight;
    radius += weight * norm(o);
    elevationRad += weight * Math.asin(clamp(o[1] / Math.max(norm(o), 1e-9), -1, 1));
  }
  return { radius: Math.max(radius / total, 1e-6), elevationRad: elevationRad / total };
}

/**
 * Least squares over the cameras' axes: the x that minimises sum |(I - f f^T)(x - p)|^2, with a faint pull to the
 * origin (the middle of the unit box) that decides where all axes are parallel. Cameras that look outward have
 * that point behind them; the origin is taken then.
 */
export function sharedCentre(cameras: readonly Camera[]): Vec3 {
  const ridge = 1e-3 * cameras.length;
  const a = [ridge, 0, 0, 0, ridge, 0, 0, 0, ridge];
  const b = [0, 0, 0];
  for (const { cameraToWorld } of cameras) {
    const forward = scaled(column(cameraToWorld, 2), -1);
    const position = column(cameraToWorld, 3);
    for (let r = 0; r < 3; r++) {
      for (let c = 0; c < 3; c++) {
        const projector = (r === c ? 1 : 0) - forward[r] * forward[c];
        a[r * 3 + c] += projector;
        b[r] += projector * position[c];
      }
    }
  }
  const rows = [0, 1, 2].map((r): Vec3 => [a[r * 3], a[r * 3 + 1], a[r * 3 + 2]]);
  // Cramer's rule; the ridge keeps the matrix positive definite.
  const determinant = dot(rows[0], cross(rows[1], rows[2]));
  const centre = scaled(
    add(
      add(scaled(cross(rows[1], rows[2]), b[0]), scaled(cross(rows[2], rows[0]), b[1])),
      scaled(cross(rows[0], rows[1]), b[2]),
    ),
    1 / determinant,
  );
  const depth = median(cameras.map(({ cameraToWorld: m }) => -dot(column(m, 2), subtract(centre, column(m, 3)))));
  return depth > 0 ? centre : [0, 0, 0];
}

/**
 * Focal length in pixels that shows on the short side what the photographs show on theirs. Scenes with surroundings
 * are not shown wider than the photographs on the long side either: there is fog beyond.
 */
function focalFor(cameras: readonly Camera[], width: number, height: number, unbounded: boolean): number {
  const shortShare = median(cameras.map((c) => Math.max(c.fx, c.fy) / Math.min(c.width, c.height)));
  const longShare = median(cameras.map((c) => Math.max(c.fx, c.fy) / Math.max(c.width, c.height)));
  const focal = shortShare * Math.min(width, height);
  return unbounded ? Math.max(focal, longShare * Math.max(width, height)) : focal;
}

export function pinhole(cameraToWorld: number[], width: number, height: number, focal: number): Camera {
  return { width, height, fx: focal, fy: focal, cx: 0.5 * width, cy: 0.5 * height, distortion: null, cameraToWorld };
}

const clamp = (v: number, low: number, high: number) => Math.min(Math.max(v, low), high);

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : 0.5 * (sorted[half - 1] + sorted[half]);
}
