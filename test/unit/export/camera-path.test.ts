// Camera paths: the circle, the choice of path for a scene, and nerfstudio's file form there and back.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../src/errors.ts';
import {
  coverageOf,
  orbitPose,
  pathFromJson,
  pathToJson,
  pinhole,
  sharedCentre,
  turntable,
  turntableFor,
} from '../../../src/export/camera-path.ts';
import { catmullRom, fromQuaternion, quaternionOf, slerp } from '../../../src/export/rigid.ts';
import { column, cross, dot, multiply, norm, scaled, subtract, type Vec3 } from '../../../src/scene/matrix.ts';
import type { Camera, Scene, View } from '../../../src/scene/types.ts';
import { SHARED } from '../../shared.ts';

const DEGREE = Math.PI / 180;
const position = (camera: Camera) => column(camera.cameraToWorld, 3);
const forward = (camera: Camera) => scaled(column(camera.cameraToWorld, 2), -1);
const azimuthOf = (camera: Camera, centre: Vec3) => {
  const o = subtract(position(camera), centre);
  return Math.atan2(o[0], o[2]);
};

function sceneOf(cameras: Camera[], unbounded = true): Pick<Scene, 'train' | 'unbounded'> {
  const picture = { width: 1, height: 1, data: new Uint8ClampedArray(4) };
  return { unbounded, train: cameras.map((camera, i): View => ({ name: `${i}`, camera, picture })) };
}

/** Rigid, right-handed, looking at the centre. */
function expectLooksAt(camera: Camera, centre: Vec3) {
  const [right, up, backward] = ([0, 1, 2] as const).map((c) => column(camera.cameraToWorld, c));
  expect(dot(right, cross(up, backward))).toBeCloseTo(1, 9);
  for (const axis of [right, up, backward]) expect(norm(axis)).toBeCloseTo(1, 9);
  const towards = subtract(centre, position(camera));
  expect(dot(forward(camera), towards) / norm(towards)).toBeCloseTo(1, 9);
}

describe('turntable', () => {
  test('a level circle, frame after frame by the same angle, last != first', () => {
    const centre: Vec3 = [1, 2, 3];
    const cameras = turntable({
      centre,
      radius: 4,
      elevationRad: 0.5,
      frames: 8,
      width: 64,
      height: 36,
      fovRad: 60 * DEGREE,
    });
    expect(cameras).toHaveLength(8);
    expect(position(cameras[0])).toBeAllclose([1, 2 + 4 * Math.sin(0.5), 3 + 4 * Math.cos(0.5)]);
    expect(position(cameras[2])).toBeAllclose([1 + 4 * Math.cos(0.5), 2 + 4 * Math.sin(0.5), 3]);
    expect(cameras[0]).toMatchObject({ width: 64, height: 36, cx: 32, cy: 18, distortion: null });
    expect(cameras[0].fy).toBeCloseTo(18 / Math.tan(30 * DEGREE), 9);
    const step = norm(subtract(position(cameras[1]), position(cameras[0])));
    cameras.forEach((camera, i) => {
      expectLooksAt(camera, centre);
      expect(column(camera.cameraToWorld, 0)[1]).toBeCloseTo(0, 9); // level horizon
      expect(norm(subtract(position(cameras[(i + 1) % 8]), position(camera)))).toBeCloseTo(step, 9);
    });
  });
  test('no twist and no NaN at the poles', () => {
    for (const elevationRad of [Math.PI / 2, -Math.PI / 2, Math.PI / 2 - 1e-9]) {
      const centre: Vec3 = [0, 0, 0];
      const options = { centre, radius: 2, elevationRad, frames: 60, width: 8, height: 8, fovRad: 1 };
      const cameras = turntable(options);
      cameras.forEach((camera, i) => {
        expectLooksAt(camera, [0, 0, 0]);
        const turn = dot(column(camera.cameraToWorld, 0), column(cameras[(i + 1) % 60].cameraToWorld, 0));
        expect(Math.acos(Math.min(turn, 1))).toBeCloseTo((2 * Math.PI) / 60, 6);
      });
    }
  });
});

describe('turntableFor', () => {
  const ring = (count: number, sweep: number, start = 0, centre: Vec3 = [0.1, -0.2, 0.3]) =>
    Array.from({ length: count }, (_, i) =>
      pinhole(orbitPose(centre, 3, start + (sweep * i) / count, 0.4 + 0.1 * Math.sin(i)), 100, 80, 90),
    );

  test('cameras all round: a full turn at their height, about the point they share', () => {
    const cameras = ring(24, 2 * Math.PI);
    expect(sharedCentre(cameras)).toBeAllclose([0.1, -0.2, 0.3], { absolute: 2e-3 });
    const path = turntableFor(sceneOf(cameras), 12, 160, 90);
    const { centre } = coverageOf(cameras);
    for (const camera of path) {
      expectLooksAt(camera, centre);
      expect(norm(subtract(position(camera), centre))).toBeCloseTo(3, 2);
      expect(Math.asin((position(camera)[1] - centre[1]) / 3)).toBeCloseTo(0.4, 1);
    }
    const azimuths = path.map((camera) => azimuthOf(camera, centre)).sort((a, b) => a - b);
    const steps = azimuths.slice(1).map((a, i) => a - azimuths[i]);
    expect(steps).toBeAllclose(new Array(11).fill(Math.PI / 6), { absolute: 1e-6 });
  });

  test('an arc: the swing never leaves it, moves smoothly and closes, across the +-180 degree seam too', () => {
    for (const start of [0.3, 2.5, -3]) {
      const cameras = ring(30, 2, start);
      const { centre, startRad, sweepRad } = coverageOf(cameras);
      expect(sweepRad).toBeCloseTo((2 * 29) / 30, 2);
      const path = turntableFor(sceneOf(cameras), 48, 160, 90);
      const along = path.map((camera) => {
        const from = azimuthOf(camera, centre) - startRad;
        return from - 2 * Math.PI * Math.floor(from / (2 * Math.PI));
      });
      expect(Math.min(...along)).toBeGreaterThan(0);
      expect(Math.max(...along)).toBeLessThan(sweepRad);
      expect(Math.max(...along) - Math.min(...along)).toBeGreaterThan(0.8 * sweepRad);
      path.forEach((camera, i) => {
        expectLooksAt(camera, centre);
        expect(norm(subtract(position(camera), position(path[(i + 1) % 48])))).toBeLessThan(0.5);
      });
    }
  });

  test('one camera, parallel cameras, cameras that look outward', () => {
    const one = [pinhole(orbitPose([0, 0, 0], 2, 1, 0.2), 10, 10, 10)];
    const parallel = [-1, 0, 1].map((x) => pinhole([1, 0, 0, x, 0, 1, 0, 0, 0, 0, 1, 3, 0, 0, 0, 1], 10, 10, 10));
    const outward = ring(12, 2 * Math.PI).map((camera) => ({
      ...camera,
      cameraToWorld: camera.cameraToWorld.map((v, i) => (i % 4 === 0 || i % 4 === 2 ? -v : v)),
    }));
    expect(sharedCentre(parallel)).toBeAllclose([0, 0, 0], { absolute: 1e-9 });
    expect(sharedCentre(outward)).toEqual([0, 0, 0]);
    for (const cameras of [one, parallel, outward]) {
      for (const camera of turntableFor(sceneOf(cameras), 5, 32, 18)) {
        expect(camera.cameraToWorld.every(Number.isFinite)).toBe(true);
        expectLooksAt(camera, coverageOf(cameras).centre);
      }
    }
  });

  test('the lens shows what the photographs show, and no wider where there are surroundings', () => {
    const portrait = [pinhole(orbitPose([0, 0, 0], 2, 0, 0), 90, 160, 100)];
    const [landscape] = turntableFor(sceneOf(portrait), 1, 320, 180);
    expect(landscape.fx).toBeCloseTo(200, 9); // the same photograph, turned
    const [square] = turntableFor(sceneOf(portrait), 1, 90, 90);
    expect(square.fx).toBeCloseTo(100, 9);
    const [panorama] = turntableFor(sceneOf(portrait), 1, 320, 90);
    expect(panorama.fx).toBeCloseTo(200, 9);
    const [object] = turntableFor(sceneOf(portrait, false), 1, 320, 90);
    expect(object.fx).toBeCloseTo(100, 9);
  });

  test.skipIf(!SHARED)('fox: a hand-held arc is found, and the swing stays in it', () => {
    const file = JSON.parse(readFileSync(join(SHARED!, 'scenes/fox/transforms.json'), 'utf8'));
    // World +Z up, metres or so -> +Y up.
    const turn = [1, 0, 0, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 0, 0, 1];
    const cameras = file.frames.map((frame: { transform_matrix: number[][] }) =>
      pinhole(multiply(turn, frame.transform_matrix.flat()), 135, 240, 172),
    );
    const { sweepRad, startRad, centre } = coverageOf(cameras);
    expect(sweepRad).toBeLessThan(120 * DEGREE);
    for (const camera of turntableFor(sceneOf(cameras), 48, 240, 135)) {
      const from = azimuthOf(camera, centre) - startRad;
      expect(from - 2 * Math.PI * Math.floor(from / (2 * Math.PI))).toBeLessThan(sweepRad);
    }
  });
});

describe('rotations', () => {
  const unit = fc
    .tuple(...([0, 1, 2, 3].map(() => fc.double({ min: -1, max: 1, noNaN: true })) as [fc.Arbitrary<number>]))
    .filter((q) => Math.hypot(...q) > 0.1)
    .map((q) => (q as number[]).map((v) => v / Math.hypot(...q)) as unknown as [number, number, number, number]);

  test('quaternion to matrix and back is the same rotation', () => {
    fc.assert(
      fc.property(unit, (q) => {
        const back = quaternionOf(fromQuaternion(q, [0, 0, 0]));
        const cosine = q.reduce((sum, v, i) => sum + v * back[i], 0);
        expect(Math.abs(cosine)).toBeCloseTo(1, 9);
      }),
    );
  });
  test('slerp: ends, equal angles, the shorter way', () => {
    const about = (angle: number) => [Math.cos(angle / 2), 0, Math.sin(angle / 2), 0] as const;
    expect(slerp(about(0), about(1), 0.25)).toBeAllclose(about(0.25), { absolute: 1e-12 });
    expect(slerp(about(0), about(1).map((v) => -v) as unknown as [number, number, number, number], 0.5)).toBeAllclose(
      about(0.5),
      { absolute: 1e-12 },
    );
    expect(slerp(about(1), about(1), 0.5)).toBeAllclose(about(1), { absolute: 1e-12 });
  });
  test('Catmull-Rom: through its points, straight on a straight line', () => {
    const p = [0, 1, 2, 3].map((x): Vec3 => [x, 2 * x, -x]);
    for (const t of [0, 0.3, 1]) {
      expect(catmullRom(p[0], p[1], p[2], p[3], t)).toBeAllclose([1 + t, 2 + 2 * t, -1 - t], { absolute: 1e-12 });
    }
  });
});

describe('nerfstudio camera paths', () => {
  // world = 2 scene, Z up -> Y up, shifted.
  const worldFromScene = [2, 0, 0, 1, 0, 0, -2, 2, 0, 2, 0, 3, 0, 0, 0, 1];
  const sceneFromWorld = [0.5, 0, 0, -0.5, 0, 0, 0.5, -1.5, 0, -0.5, 0, 1, 0, 0, 0, 1];
  const scene = { worldFromScene, sceneFromWorld };
  const cameras = turntable({
    centre: [0, 0.1, 0],
    radius: 2,
    elevationRad: 0.4,
    frames: 6,
    width: 64,
    height: 48,
    fovRad: 0.9,
  });

  test('there and back', () => {
    const text = pathToJson({ cameras, fps: 24 }, scene);
    const file = JSON.parse(text);
    expect(file).toMatchObject({ render_width: 64, render_height: 48, fps: 24, seconds: 0.25, is_cycle: true });
    // In the dataset's world: right -> +x; position = 2 p + shift with axes turned.
    const p = position(cameras[0]);
    const m = file.camera_path[0].camera_to_world;
    expect([m[3], m[7], m[11]]).toBeAllclose([2 * p[0] + 1, -2 * p[2] + 2, 2 * p[1] + 3]);
    expect(Math.hypot(m[0], m[4], m[8])).toBeCloseTo(1, 12);
    const back = pathFromJson(text, 'path.json', scene);
    expect(back.fps).toBe(24);
    expect(back.cameras).toHaveLength(6);
    back.cameras.forEach((camera, i) => {
      expect(camera.cameraToWorld).toBeAllclose(cameras[i].cameraToWorld, { absolute: 1e-12 });
      expect(camera.fx).toBeCloseTo(cameras[i].fx, 9);
    });
    expect(pathFromJson(text, 'path.json', scene, { width: 128, height: 96 }).cameras[0].fx).toBeCloseTo(
      2 * cameras[0].fx,
      9,
    );
  });

  test('keyframes, by rows and as a text by columns: on them exactly, between them along the curve', () => {
    const whole = JSON.parse(pathToJson({ cameras, fps: 10 }, scene));
    const byRows = { ...whole, camera_path: [] };
    const byColumns = {
      ...byRows,
      keyframes: whole.keyframes.map((key: { matrix: number[] }) => ({
        ...key,
        matrix: JSON.stringify(key.matrix.map((_, i) => key.matrix[(i % 4) * 4 + (i >> 2)])),
      })),
    };
    for (const file of [byRows, byColumns]) {
      const { cameras: path } = pathFromJson(JSON.stringify(file), 'path.json', scene, { frames: 24 });
      expect(path).toHaveLength(24);
      path.forEach((camera, f) => {
        if (f % 4 === 0) {
          expect(camera.cameraToWorld).toBeAllclose(cameras[f / 4].cameraToWorld, { absolute: 1e-9 });
        }
        // Between keyframes 60 degrees apart the curve keeps within 3 % of the circle.
        expect(Math.abs(norm(subtract(position(camera), [0, 0.1, 0])) - 2)).toBeLessThan(0.06);
      });
      const open = pathFromJson(JSON.stringify({ ...file, is_cycle: false }), 'path.json', scene, { frames: 11 });
      expect(open.cameras[0].cameraToWorld).toBeAllclose(cameras[0].cameraToWorld, { absolute: 1e-9 });
      expect(open.cameras[10].cameraToWorld).toBeAllclose(cameras[5].cameraToWorld, { absolute: 1e-9 });
    }
    expect(pathFromJson(JSON.stringify({ ...byRows, seconds: 1.5 }), 'p', scene).cameras).toHaveLength(15);
    const single = { ...byRows, keyframes: whole.keyframes.slice(0, 1), seconds: 0.3 };
    expect(pathFromJson(JSON.stringify(single), 'p', scene).cameras).toHaveLength(3);
  });

  test('matrices nested, in texts, of three rows, and blended number by number', () => {
    const one = (camera_to_world: unknown, extra = {}) =>
      pathFromJson(JSON.stringify({ camera_path: [{ camera_to_world, fov: 50 }], ...extra }), 'p.json', scene);
    const rows = [
      [1, 0, 0, 0.5],
      [0, 1, 0, 2],
      [0, 0, 1, 5],
      [0, 0, 0, 1],
    ];
    const expected = one(rows.flat()).cameras[0].cameraToWorld;
    const columns = rows[0].map((_, c) => rows.map((row) => row[c]));
    for (const written of [
      rows,
      rows.slice(0, 3),
      rows.slice(0, 3).flat(),
      rows.map((row) => row.map(String)),
      JSON.stringify(rows),
      JSON.stringify(columns),
      columns,
    ]) {
      expect(one(written).cameras[0].cameraToWorld).toBeAllclose(expected, { absolute: 1e-12 });
    }
    const skewed = rows.map((row, r) => (r === 0 ? [1, 0.2, 0, 0.5] : row));
    const m = one(skewed).cameras[0].cameraToWorld;
    expect(m[0] * m[1] + m[4] * m[5] + m[8] * m[9]).toBeCloseTo(0, 12);
    expect(one(rows, { fps: 23.976 }).fps).toBe(24_000 / 1001);
  });

  const good = { camera_to_world: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 5, 0, 0, 0, 1], fov: 50 };
  const spoilt = (index: number, value: unknown) => good.camera_to_world.map((v, i) => (i === index ? value : v));
  test.each([
    ['broken JSON', '{', /^camera path in p.json: expected JSON, found /],
    ['a list', '[]', /expected a JSON object, found an empty list/],
    ['no path', '{}', /expected a list "camera_path" or "keyframes" with entries, found none/],
    ['no matrix', { camera_path: [{}] }, /camera_path\[0\] of p.json: expected 16 numbers, found none/],
    ['null', { camera_path: [good, null] }, /camera_path\[1\] of p.json: expected an object with .*, found null/],
    ['too few numbers', { camera_path: [{ camera_to_world: [1, 2] }] }, /expected 16 numbers, found 2/],
    ['a text in it', { camera_path: [{ camera_to_world: spoilt(5, 'x') }] }, /expected finite numbers, found "x" at 5/],
    ['NaN written as null', { camera_path: [{ camera_to_world: spoilt(5, null) }] }, /found null at 5/],
    ['singular', { camera_path: [{ camera_to_world: spoilt(5, 0) }] }, /expected a rotation and a shift, found none/],
    ['a mirror', { camera_path: [{ camera_to_world: spoilt(5, -1) }] }, /a rotation and a shift, found a mirror/],
    ['a wild angle', { camera_path: [{ ...good, fov: 180 }] }, /expected degrees between 0 and 180, found 180/],
    ['a wild size', { camera_path: [good], render_width: 1e6 }, /picture width in p.json: .* found 1000000/],
    ['no rate', { camera_path: [good], fps: 0 }, /fps in p.json: .* found 0/],
    ['no end', { keyframes: [{ matrix: good.camera_to_world }], seconds: 1e9 }, /frame count .* found 30000000000/],
  ])('%s is refused in a sentence', (_name, file, message) => {
    const text = typeof file === 'string' ? file : JSON.stringify(file);
    expect(() => pathFromJson(text, 'p.json', scene)).toThrow(InputError);
    expect(() => pathFromJson(text, 'p.json', scene)).toThrow(message);
  });
});
