// Looking through a photograph's own camera: where its picture lies in the window, and the projection that shows the
// field in the very same framing, principal point and unequal focal lengths included. And the way there: poses
// between two of them, for flying.

import { Matrix4, type PerspectiveCamera, Quaternion, Vector3 } from 'three/webgpu';
import type { Camera } from '../../scene/types.ts';
import type { Size } from '../../three/frame-budget.ts';

/** In pixels of the window. */
export interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A projection, free of the window's size in pixels. */
export interface Lens {
  /** Vertical angle of the window, degrees. */
  fov: number;
  /** Width over height, as seen by the lens: the window's where pixels are square. */
  aspect: number;
  /** How far the principal point lies left of and above the middle, as shares of width and height. */
  shiftX: number;
  shiftY: number;
}

export interface Pose {
  position: Vector3;
  quaternion: Quaternion;
  lens: Lens;
}

/** Where the whole of a camera's picture fits into the window, centred. */
export function pictureIn(window: Size, picture: Size): Rectangle {
  const scale = Math.min(window.width / picture.width, window.height / picture.height);
  const [width, height] = [scale * picture.width, scale * picture.height];
  return { left: (window.width - width) / 2, top: (window.height - height) / 2, width, height };
}

/** The lens that shows the field so that it coincides with the picture at `pictureIn`. */
export function lensThrough(camera: Camera, window: Size): Lens {
  const { left, top, width } = pictureIn(window, camera);
  const scale = width / camera.width;
  const [fx, fy] = [scale * camera.fx, scale * camera.fy];
  return {
    fov: (Math.atan(window.height / 2 / fy) * 360) / Math.PI,
    aspect: (window.width * fy) / (window.height * fx),
    shiftX: 0.5 - (left + scale * camera.cx) / window.width,
    shiftY: 0.5 - (top + scale * camera.cy) / window.height,
  };
}

/** Our camera's place and direction, roll included, with the lens that fits the window. */
export function poseThrough(camera: Camera, window: Size): Pose {
  const [position, scale] = [new Vector3(), new Vector3()];
  const quaternion = new Quaternion();
  const rows = camera.cameraToWorld as Parameters<Matrix4['set']>;
  new Matrix4().set(...rows).decompose(position, quaternion, scale);
  return { position, quaternion, lens: lensThrough(camera, window) };
}

/** @param share 0 = a, 1 = b; begins and ends gently */
export function poseBetween(a: Pose, b: Pose, share: number): Pose {
  const t = share * share * (3 - 2 * share);
  const mix = (from: number, to: number) => from + t * (to - from);
  return {
    position: a.position.clone().lerp(b.position, t),
    quaternion: a.quaternion.clone().slerp(b.quaternion, t),
    lens: {
      fov: mix(a.lens.fov, b.lens.fov),
      aspect: mix(a.lens.aspect, b.lens.aspect),
      shiftX: mix(a.lens.shiftX, b.lens.shiftX),
      shiftY: mix(a.lens.shiftY, b.lens.shiftY),
    },
  };
}

export function applyPose(camera: PerspectiveCamera, { position, quaternion, lens }: Pose): void {
  camera.position.copy(position);
  camera.quaternion.copy(quaternion);
  applyLens(camera, lens);
}

export function applyLens(camera: PerspectiveCamera, { fov, aspect, shiftX, shiftY }: Lens): void {
  camera.fov = fov;
  // In a window of 1 x 1; this sets the aspect too, which is ours to say.
  camera.setViewOffset(1, 1, shiftX, shiftY, 1, 1);
  camera.aspect = aspect;
  camera.updateProjectionMatrix();
}
