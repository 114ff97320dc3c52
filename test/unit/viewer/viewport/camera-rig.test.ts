// The view's camera by itself: bounds that it keeps however it is turned, home, pivots, and looking through a camera
// until a hand takes hold of it. What hands are heard on is a stand-in.

import { Vector3 } from 'three/webgpu';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Camera } from '../../../../src/scene/types.ts';
import { CameraRig } from '../../../../src/viewer/viewport/camera-rig.ts';
import { orbitLimits } from '../../../../src/viewer/viewport/pose.ts';

/** A level camera at an azimuth, looking at the origin from `height` above it. */
function cameraAt(azimuthRad: number, height: number, distance = 2): Camera {
  const eye = new Vector3(Math.sin(azimuthRad), height, Math.cos(azimuthRad)).setLength(distance);
  const back = eye.clone().normalize();
  const right = new Vector3(0, 1, 0).cross(back).normalize();
  const up = back.clone().cross(right);
  const cameraToWorld = [...(['x', 'y', 'z'] as const).flatMap((k) => [right[k], up[k], back[k], eye[k]]), 0, 0, 0, 1];
  return { width: 64, height: 48, fx: 60, fy: 60, cx: 32, cy: 24, distortion: null, cameraToWorld };
}

const CAMERAS = [0, 1, 2, 3, 4, 5].map((azimuth) => cameraAt(azimuth, 0.4));
const CENTRE = new Vector3();

function hostOf(): HTMLElement {
  const nothing = () => undefined;
  const listened = { addEventListener: nothing, removeEventListener: nothing };
  const host = { ...listened, style: {}, ownerDocument: listened, clientWidth: 640, clientHeight: 480 };
  return { ...host, getRootNode: () => listened } as unknown as HTMLElement;
}

beforeEach(() => void vi.stubGlobal('matchMedia', () => ({ matches: true })));

function rigOf() {
  const turned = vi.fn();
  const rig = new CameraRig(hostOf(), { onTurned: turned, onThrough: () => undefined });
  rig.resize({ width: 640, height: 480 });
  rig.setHome(CAMERAS, CAMERAS[0], CENTRE);
  const eye = () => new Vector3(...rig.standpoint().position).sub(new Vector3(...rig.standpoint().target));
  return { rig, turned, eye };
}

describe('orbitLimits', () => {
  it('are a little more than where the cameras stood, and never the poles', () => {
    const { minDistance, maxDistance, minPolar, maxPolar } = orbitLimits(CAMERAS, CENTRE);
    expect(minDistance).toBeCloseTo(0.5, 9);
    expect(maxDistance).toBeCloseTo(4, 9);
    expect(minPolar).toBeGreaterThan(0.1);
    expect(maxPolar).toBeGreaterThan(Math.PI / 2);
    expect(maxPolar).toBeLessThan(Math.PI / 2 + 0.1);
    // Cameras that looked up from below may be followed there.
    expect(orbitLimits([cameraAt(0, -1)], CENTRE).maxPolar).toBeGreaterThan((3 * Math.PI) / 4);
  });
});

describe('orbitLimits of an arc', () => {
  it('end a little beside its last cameras, and are open where the cameras are all round', () => {
    const { minAzimuth, maxAzimuth } = orbitLimits(
      [-0.8, 0, 0.8].map((azimuth) => cameraAt(azimuth, 0.4)),
      CENTRE,
    );
    expect([minAzimuth, maxAzimuth]).toBeAllclose([-1.15, 1.15]);
    expect(orbitLimits(CAMERAS, CENTRE)).toMatchObject({ minAzimuth: -Infinity, maxAzimuth: Infinity });
    // Across the seam of the angles.
    const behind = orbitLimits(
      [2.6, Math.PI, -2.6].map((azimuth) => cameraAt(azimuth, 0.4)),
      CENTRE,
    );
    expect([behind.minAzimuth, behind.maxAzimuth]).toBeAllclose([2.25, 2 * Math.PI - 2.25]);
  });

  it.each([0, Math.PI])('hold the view, wherever the arc lies (%f)', (middle) => {
    const cameras = [-0.8, 0, 0.8].map((azimuth) => cameraAt(middle + azimuth, 0.4));
    const rig = new CameraRig(hostOf(), { onTurned: () => undefined, onThrough: () => undefined });
    rig.resize({ width: 640, height: 480 });
    rig.setHome(cameras, cameras[1], CENTRE);
    const aside = () => {
      const [x, , z] = rig.standpoint().position;
      return Math.abs(Math.atan2(Math.sin(Math.atan2(x, z) - middle), Math.cos(Math.atan2(x, z) - middle)));
    };
    for (const by of [0.3, -0.3]) {
      for (let i = 0; i < 20; i++) rig.turn(by, 0);
      expect(aside()).toBeCloseTo(1.15, 5);
    }
  });
});

describe('CameraRig', () => {
  it('neither goes over the pole nor under the floor, nor too near or far, however it is turned', () => {
    const { rig, eye } = rigOf();
    for (let i = 0; i < 60; i++) rig.turn(0.1, -0.3);
    expect(eye().angleTo(new Vector3(0, 1, 0))).toBeCloseTo(0.14, 5);
    for (let i = 0; i < 60; i++) rig.turn(0.1, 0.3);
    expect(eye().y / eye().length()).toBeGreaterThan(-0.1);
    for (let i = 0; i < 60; i++) rig.turn(0, 0, 0.8);
    expect(eye().length()).toBeCloseTo(0.5, 5);
    for (let i = 0; i < 60; i++) rig.turn(0, 0, 1.25);
    expect(eye().length()).toBeCloseTo(4, 5);
    // Level all the while: right is horizontal.
    rig.step(10);
    expect(new Vector3(1, 0, 0).applyQuaternion(rig.three.quaternion).y).toBeCloseTo(0, 6);
  });

  it('goes home from wherever it is', () => {
    const { rig } = rigOf();
    const home = rig.standpoint();
    rig.turn(1, 0.2, 1.5);
    rig.setPivot(new Vector3(0.3, 0.1, 0));
    rig.step(10);
    expect(rig.standpoint()).not.toEqual(home);
    rig.goHome();
    expect(rig.standpoint()).toEqual(home);
  });

  it('turns round a point of a surface, and may come near to it', () => {
    const { rig, eye } = rigOf();
    const before = rig.standpoint().position;
    rig.setPivot(new Vector3(0.3, 0.1, 0.2));
    rig.step(10);
    expect(rig.standpoint().target).toEqual([0.3, 0.1, 0.2]);
    for (const [i, value] of rig.standpoint().position.entries()) expect(value).toBeCloseTo(before[i], 6);
    for (let i = 0; i < 60; i++) rig.turn(0, 0, 0.8);
    expect(eye().length()).toBeCloseTo(0.05, 5);
  });

  it('looks through a camera exactly until it is turned', () => {
    const { rig, turned } = rigOf();
    void rig.lookThrough(CAMERAS[2]);
    expect(rig.looksThrough).toBe(true);
    expect(rig.shaped({ width: 640, height: 480 }).cameraToWorld.every(Number.isFinite)).toBe(true);
    expect(rig.photographPlace()).toEqual({ left: 0, top: 0, width: 640, height: 480 });
    rig.turn(0.1, 0);
    expect([rig.looksThrough, rig.photographPlace()]).toEqual([false, null]);
    expect(turned).toHaveBeenCalledTimes(1);
  });
});
