// Camera paths as nerfstudio writes them: `camera_path` frame by frame, or `keyframes` alone, between which
// positions run along a Catmull-Rom curve and rotations by slerp. Matrices in the file are camera-to-world in the
// dataset's own world (OpenGL axes); here they come out in scene units. `fov` is vertical, in degrees.

import { excerpt, inputError } from '../errors.ts';
import { column, cross, dot, multiply, norm, orthonormalised, type Vec3 } from '../scene/matrix.ts';
import type { Camera, Scene } from '../scene/types.ts';
import { exactFrameRate } from './frame-rate.ts';
import { catmullRom, fromQuaternion, quaternionOf, slerp, withUnitAxes } from './rigid.ts';

export interface CameraPath {
  cameras: Camera[];
  fps: number;
}

export interface PathFromJsonOptions {
  /** Picture size; default: render_width, render_height of the file, else 960 wide at the first frame's aspect. */
  width?: number;
  height?: number;
  /** Frames to draw between keyframes; default fps x seconds of the file. A `camera_path` is taken frame by frame. */
  frames?: number;
}

/** One pose on the path, in scene units. */
interface Pose {
  matrix: number[];
  fovRad: number;
}

/** @throws InputError in one sentence for broken JSON, missing or unusable matrices, angles, sizes. */
export function pathFromJson(
  text: string,
  where: string,
  scene: Pick<Scene, 'sceneFromWorld'>,
  options: PathFromJsonOptions = {},
): CameraPath {
  const file = parseObject(text, where);
  const whole = file.camera_path;
  const keyframes = file.keyframes;
  const list = Array.isArray(whole) && whole.length > 0 ? whole : keyframes;
  if (!Array.isArray(list) || list.length === 0) {
    throw inputError('camera path', where, 'a list "camera_path" or "keyframes" with entries', describe(list));
  }
  const entryName = list === whole ? 'camera_path' : 'keyframes';
  const matrixKey = list === whole ? 'camera_to_world' : 'matrix';
  const poses = list.map((entry, i) =>
    readPose(entry, matrixKey, `${entryName}[${i}] of ${where}`, number(file.default_fov), scene.sceneFromWorld),
  );

  const aspect = number((list[0] as Record<string, unknown>).aspect) ?? 16 / 9;
  const width = options.width ?? number(file.render_width) ?? 960;
  const height = options.height ?? number(file.render_height) ?? Math.round(width / aspect);
  for (const [name, size] of [
    ['width', width],
    ['height', height],
  ] as const) {
    if (!Number.isInteger(size) || size < 1 || size > 16384) {
      throw inputError(`picture ${name}`, where, 'a whole number of pixels from 1 to 16384', String(size));
    }
  }
  const fps = exactFrameRate(number(file.fps) ?? 30);
  if (!(fps > 0 && fps <= 240)) throw inputError('fps', where, 'more than 0 and at most 240', String(fps));

  let frames = poses;
  if (list === keyframes) {
    const seconds = number(file.seconds) ?? poses.length;
    const count = options.frames ?? Math.round(fps * seconds);
    if (!Number.isInteger(count) || count < 1 || count > 100_000) {
      throw inputError('frame count (fps x seconds)', where, '1 to 100000', String(count));
    }
    frames = interpolate(poses, count, file.is_cycle === true);
  }
  return {
    fps,
    cameras: frames.map(({ matrix, fovRad }) => {
      const focal = (0.5 * height) / Math.tan(0.5 * fovRad);
      return {
        width,
        height,
        fx: focal,
        fy: focal,
        cx: 0.5 * width,
        cy: 0.5 * height,
        distortion: null,
        cameraToWorld: matrix,
      };
    }),
  };
}

/** The whole path, every frame, as a camera_path file that nerfstudio-style tools and pathFromJson read. */
export function pathToJson(path: CameraPath, scene: Pick<Scene, 'worldFromScene'>, isCycle = true): string {
  const entries = path.cameras.map((camera) => ({
    matrix: withUnitAxes(multiply(scene.worldFromScene, camera.cameraToWorld)),
    fov: (2 * Math.atan((0.5 * camera.height) / camera.fy) * 180) / Math.PI,
    aspect: camera.width / camera.height,
  }));
  return JSON.stringify(
    {
      camera_type: 'perspective',
      render_width: path.cameras[0]?.width ?? 0,
      render_height: path.cameras[0]?.height ?? 0,
      fps: path.fps,
      seconds: path.cameras.length / path.fps,
      is_cycle: isCycle,
      keyframes: entries,
      camera_path: entries.map(({ matrix, fov, aspect }) => ({ camera_to_world: matrix, fov, aspect })),
    },
    null,
    1,
  );
}

/** `count` poses along the keyframes; open paths begin and end on a keyframe, cycles stop one step short of it. */
function interpolate(keys: Pose[], count: number, isCycle: boolean): Pose[] {
  const last = keys.length - 1;
  const spans = isCycle ? keys.length : last;
  const quaternions = keys.map((key) => quaternionOf(key.matrix));
  const index = (i: number) => (isCycle ? (i + keys.length) % keys.length : Math.min(Math.max(i, 0), last));
  const position = (i: number): Vec3 => column(keys[index(i)].matrix, 3);
  return Array.from({ length: count }, (_, f) => {
    const at = spans === 0 || count === 1 ? 0 : (f * spans) / (isCycle ? count : count - 1);
    const i = Math.min(Math.floor(at), Math.max(spans - 1, 0));
    const t = at - i;
    const shift = catmullRom(position(i - 1), position(i), position(i + 1), position(i + 2), t);
    const turn = slerp(quaternions[index(i)], quaternions[index(i + 1)], t);
    const fovRad = (1 - t) * keys[index(i)].fovRad + t * keys[index(i + 1)].fovRad;
    return { matrix: fromQuaternion(turn, shift), fovRad };
  });
}

function readPose(
  entry: unknown,
  key: string,
  where: string,
  defaultFov: number | undefined,
  sceneFromWorld: number[],
): Pose {
  if (typeof entry !== 'object' || entry === null) {
    throw inputError('camera', where, `an object with "${key}"`, describe(entry));
  }
  const record = entry as Record<string, unknown>;
  const world = readMatrix(record[key], where);
  const fov = number(record.fov) ?? defaultFov ?? 50; // nerfstudio's own default, degrees
  if (!(fov > 0 && fov < 180)) throw inputError('fov', where, 'degrees between 0 and 180', String(record.fov));
  return { matrix: withUnitAxes(multiply(sceneFromWorld, world)), fovRad: (fov * Math.PI) / 180 };
}

/**
 * 16 numbers flat, 4 rows of 4 or 3 of them, or the same as JSON in a string (nerfstudio's first viewer wrote that, and
 * by columns), or each number in one. The bottom row 0 0 0 1 tells rows from columns; a string whose shift is zero is
 * read by columns. Axes a few degrees off right angles, as between two keyframes blended number by number, are brought
 * to them.
 */
function readMatrix(value: unknown, where: string): number[] {
  let list = value;
  if (typeof value === 'string') {
    try {
      list = JSON.parse(value);
    } catch {
      throw inputError('camera matrix', where, '16 numbers', 'text that is not JSON');
    }
  }
  const quoted = (v: unknown) => (typeof v === 'string' && Number.isFinite(Number(v)) ? Number(v) : v);
  const flat: unknown = Array.isArray(list) ? list.flat().map(quoted) : list;
  if (!Array.isArray(flat) || (flat.length !== 16 && flat.length !== 12)) {
    throw inputError('camera matrix', where, '16 numbers', Array.isArray(flat) ? `${flat.length}` : describe(flat));
  }
  const bad = flat.findIndex((v) => typeof v !== 'number' || !Number.isFinite(v));
  if (bad >= 0) throw inputError('camera matrix', where, 'finite numbers', `${excerpt(flat[bad])} at ${bad}`);
  let m = flat.length === 12 ? [...(flat as number[]), 0, 0, 0, 1] : (flat as number[]);
  const isZero = (...indices: number[]) => indices.every((i) => Math.abs(m[i]) < 1e-9);
  const byColumns = isZero(3, 7, 11) && (!isZero(12, 13, 14) || typeof value === 'string');
  if (byColumns) m = m.map((_, i) => m[(i % 4) * 4 + (i >> 2)]);
  const [right, up, backward] = ([0, 1, 2] as const).map((c) => column(m, c));
  const volume = dot(right, cross(up, backward)) / (norm(right) * norm(up) * norm(backward));
  // 1 for a rotation, -1 for a mirror, towards 0 as the axes fall together.
  if (!isZero(12, 13, 14) || !(volume > 0.9)) {
    throw inputError('camera matrix', where, 'a rotation and a shift', volume < -0.9 ? 'a mirror' : 'none');
  }
  return volume > 0.9999 ? m : orthonormalised(m);
}

function parseObject(text: string, where: string): Record<string, unknown> {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw inputError('camera path', where, 'JSON', (error as Error).message);
  }
  if (typeof file !== 'object' || file === null || Array.isArray(file)) {
    throw inputError('camera path', where, 'a JSON object', describe(file));
  }
  return file as Record<string, unknown>;
}

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

function describe(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return value === undefined ? 'none' : value === null ? 'null' : `a ${typeof value}`;
}
