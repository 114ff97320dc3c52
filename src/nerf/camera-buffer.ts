// Cameras as the shaders read them: struct Camera of shaders/common/camera.wgsl.

import { StructLayout } from '../gpu/struct-layout.ts';
import type { Camera } from '../scene/types.ts';
import cameraWgsl from '../shaders/common/camera.wgsl?raw';

const layout = new StructLayout(cameraWgsl, 'Camera');

/** Floats of a camera. */
export const CAMERA_STRIDE = layout.bytes / 4;

const LENS = { pinhole: 0, perspective: 1, fisheye: 2 } as const;

/** Packs cameras. `firstPixels[i]`: where picture i begins in the packed pixel buffer. [V, CAMERA_STRIDE] */
export function packCameras(
  cameras: Camera[],
  firstPixels: number[] = cameras.map(() => 0),
): Float32Array<ArrayBuffer> {
  const data = new Float32Array(cameras.length * CAMERA_STRIDE);
  cameras.forEach((camera, i) => {
    const d = camera.distortion;
    layout.write(data.buffer, i, {
      focal: [camera.fx, camera.fy],
      centre: [camera.cx, camera.cy],
      k: d ? [d.k1, d.k2, d.k3, d.k4] : [0, 0, 0, 0],
      p: d ? [d.p1, d.p2] : [0, 0],
      lens: LENS[d?.model ?? 'pinhole'],
      first_pixel: firstPixels[i],
      size: [camera.width, camera.height],
      camera_to_world: camera.cameraToWorld.slice(0, 12),
    });
  });
  return data;
}

/** The same view at another size: intrinsics scale with the pixels, its lens is left out. */
export function cameraAtSize(camera: Camera, width: number, height: number): Camera {
  const sx = width / camera.width;
  const sy = height / camera.height;
  return {
    width,
    height,
    fx: camera.fx * sx,
    fy: camera.fy * sy,
    cx: camera.cx * sx,
    cy: camera.cy * sy,
    distortion: null,
    cameraToWorld: camera.cameraToWorld,
  };
}
