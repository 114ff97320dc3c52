// Looking through a photograph's camera: the lens that frames the field as the photograph is framed, poses on the
// way, and the picture of where the two differ. Expected places come from the camera's own intrinsics.

import { PerspectiveCamera, Quaternion, Vector3 } from 'three/webgpu';
import { describe, expect, it } from 'vitest';
import { heatColour, WHITE_ERROR } from '../../../src/metrics/heat-map.ts';
import type { Camera, Picture } from '../../../src/scene/types.ts';
import { cameraFromThree } from '../../../src/three/field-camera.ts';
import { agreementPicture, neighbourOf, VEIL } from '../../../src/viewer/agreement-picture.ts';
import { overBackground, SCALE_CSS, viewError } from '../../../src/viewer/view-error.ts';
import { applyPose, lensThrough, pictureIn, poseBetween, poseThrough } from '../../../src/viewer/viewport/lens.ts';

// Off centre, unequal focal lengths, and rolled: 30 degrees about its own axis, then placed.
const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
const CAMERA: Camera = {
  width: 300,
  height: 400,
  fx: 310,
  fy: 280,
  cx: 140,
  cy: 215,
  distortion: null,
  cameraToWorld: [c, -s, 0, 0.4, s, c, 0, -0.2, 0, 0, 1, 2, 0, 0, 0, 1],
};
const WINDOW = { width: 1000, height: 700 };

/** Pixel of the photograph that a world point falls on. */
function project(camera: Camera, point: Vector3): [number, number] {
  const m = camera.cameraToWorld;
  const d = [point.x - m[3], point.y - m[7], point.z - m[11]];
  const [x, y, z] = [0, 1, 2].map((column) => d[0] * m[column] + d[1] * m[4 + column] + d[2] * m[8 + column]);
  return [camera.cx + (camera.fx * x) / -z, camera.cy - (camera.fy * y) / -z];
}

describe('looking through a camera', () => {
  it('fits the whole picture into the window, centred', () => {
    expect(pictureIn(WINDOW, CAMERA)).toEqual({ left: 237.5, top: 0, width: 525, height: 700 });
    expect(pictureIn(WINDOW, { width: 200, height: 100 })).toEqual({ left: 0, top: 100, width: 1000, height: 500 });
  });

  it('puts world points where the photograph has them', () => {
    const three = new PerspectiveCamera();
    applyPose(three, poseThrough(CAMERA, WINDOW));
    three.updateMatrixWorld();
    const { left, top, width } = pictureIn(WINDOW, CAMERA);
    const ours = cameraFromThree(three, WINDOW.width, WINDOW.height);
    for (const point of [new Vector3(0, 0, 0), new Vector3(0.7, -0.4, 0.3), new Vector3(-0.2, 0.9, -1)]) {
      const [u, v] = project(CAMERA, point);
      const scale = width / CAMERA.width;
      const expected = [left + scale * u, top + scale * v];
      const { x, y } = point.clone().project(three);
      expect([((x + 1) / 2) * WINDOW.width, ((1 - y) / 2) * WINDOW.height]).toBeAllclose(expected);
      expect(project(ours, point)).toBeAllclose(expected);
    }
  });

  it('flies from one pose to another: begins and ends there, half way lies between', () => {
    const a = poseThrough(CAMERA, WINDOW);
    const b = {
      position: new Vector3(2, 0, 0),
      quaternion: new Quaternion(),
      lens: lensThrough({ ...CAMERA, cx: 150, cy: 200, fx: 200, fy: 200 }, WINDOW),
    };
    for (const [share, end] of [
      [0, a],
      [1, b],
    ] as const) {
      const pose = poseBetween(a, b, share);
      expect(pose.position.toArray()).toBeAllclose(end.position.toArray());
      expect(pose.quaternion.angleTo(end.quaternion)).toBeCloseTo(0, 6);
      expect(Object.values(pose.lens)).toBeAllclose(Object.values(end.lens));
    }
    const middle = poseBetween(a, b, 0.5);
    expect(middle.position.toArray()).toBeAllclose([1.2, -0.1, 1]);
    expect(middle.quaternion.angleTo(b.quaternion)).toBeCloseTo(Math.PI / 12, 6);
  });
});

describe('view error', () => {
  const picture = (...pixels: number[][]): Picture => ({
    width: pixels.length,
    height: 1,
    data: new Uint8ClampedArray(pixels.flat()),
  });

  it('is the PSNR of all channels, and dark where both agree, bright from the worst on', () => {
    const truth = picture([100, 100, 100, 255], [0, 0, 0, 255], [10, 20, 30, 255]);
    const render = picture([100, 100, 100, 255], [255, 255, 255, 255], [13, 14, 30, 255]);
    const { picture: map, psnr } = viewError(render, truth);
    const mse = (3 * 255 ** 2 + 3 ** 2 + 6 ** 2) / 9 / 255 ** 2;
    expect(psnr).toBeCloseTo(10 * Math.log10(1 / mse), 5);
    expect([...map.data.subarray(0, 4)]).toEqual([0, 0, 0, 255]);
    expect([...map.data.subarray(4, 8)]).toEqual([255, 255, 255, 255]);
    // 3 and 6 of 255 in two of three channels.
    const rms = Math.sqrt((3 ** 2 + 6 ** 2) / 3) / 255;
    expect([...map.data.subarray(8, 11)]).toEqual(heatColour(rms).map(Math.round));
    expect(SCALE_CSS).toBe('linear-gradient(90deg, rgb(0 0 0), rgb(255 0 0), rgb(255 255 0), rgb(255 255 255))');
  });

  it('counts two equal pictures as 99 dB and refuses two sizes', () => {
    const one = picture([1, 2, 3, 255]);
    expect(viewError(one, one).psnr).toBe(99);
    expect(() => viewError(one, picture([1, 2, 3, 255], [1, 2, 3, 255]))).toThrow('expected 2x1');
  });

  it('shows transparent photographs over the background', () => {
    const pixels = picture([100, 0, 200, 0], [100, 0, 200, 255], [0, 50, 0, 51]);
    expect([...overBackground(pixels, 'white').data]).toEqual([
      255, 255, 255, 255, 100, 0, 200, 255, 204, 214, 204, 255,
    ]);
    expect([...overBackground(pixels, 'black').data]).toEqual([0, 0, 0, 255, 100, 0, 200, 255, 0, 10, 0, 255]);
  });
});

describe('agreement with a neighbour', () => {
  const camera = (x: number, turnRad = 0): Camera => {
    const [cos, sin] = [Math.cos(turnRad), Math.sin(turnRad)];
    const cameraToWorld = [cos, 0, sin, x, 0, 1, 0, 0, -sin, 0, cos, 0, 0, 0, 0, 1];
    return { width: 8, height: 4, fx: 8, fy: 8, cx: 4, cy: 2, distortion: null, cameraToWorld };
  };

  it('takes the camera nearest in place and direction, but not the view itself', () => {
    expect(neighbourOf(camera(0), [camera(0), camera(1), camera(0.4), camera(-0.3)])).toBe(3);
    expect(neighbourOf(camera(0), [camera(0.01), camera(0.1, Math.PI / 2), camera(0.5, 0.1)])).toBe(2);
    expect(neighbourOf(camera(0), [camera(0)])).toBeNull();
    expect(neighbourOf(camera(0), [])).toBeNull();
  });

  it('colours the difference where both see the same, and veils the rest', () => {
    // A wall 2 units away, seen from two places half a unit apart: two pixels further left in the second.
    const wall = (x: number, shade: (u: number) => number) => {
      const rgb = Float32Array.from({ length: 8 * 4 * 3 }, (_, i) => shade((Math.floor(i / 3) % 8) + 4 * x));
      const ones = new Float32Array(8 * 4).fill(1);
      return { rgb, depth: ones.map((one) => 2 * one), opacity: ones, camera: camera(x) };
    };
    const shade = (u: number) => 0.1 + 0.05 * u;
    const same = agreementPicture(wall(0, shade), wall(0.5, shade));
    expect(same.share).toBeCloseTo(6 / 8, 9);
    expect(same.rmse).toBeLessThan(1e-6);
    const pixel = (x: number) => [...same.picture.data.slice(4 * x, 4 * x + 4)];
    expect(pixel(0)).toEqual([...VEIL]);
    expect(pixel(3)).toEqual([0, 0, 0, 255]);

    const other = agreementPicture(
      wall(0, shade),
      wall(0.5, (u) => shade(u) + WHITE_ERROR / 2),
    );
    expect(other.rmse).toBeCloseTo(WHITE_ERROR / 2, 6);
    expect([...other.picture.data.slice(12, 16)]).toEqual([...heatColour(WHITE_ERROR / 2).map(Math.round), 255]);
  });
});
