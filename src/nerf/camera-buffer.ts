// Cameras as the shaders read them: 32 floats a camera, layout in shaders/common/camera.wgsl.

import type { Camera } from '../scene/types.ts';

export const CAMERA_STRIDE = 32;

/** Packs cameras. `firstPixels[i]`: where picture i begins in the packed pixel buffer. */
export function packCameras(
  cameras: Camera[],
  firstPixels: number[] = cameras.map(() => 0),
): Float32Array<ArrayBuffer> {
  const data = new Float32Array(cameras.length * CAMERA_STRIDE);
  const bits = new Uint32Array(data.buffer);
  cameras.forEach((camera, i) => {
    const base = i * CAMERA_STRIDE;
    const d = camera.distortion;
    data.set([camera.fx, camera.fy, camera.cx, camera.cy], base);
    if (d) {
      data.set([d.model === 'perspective' ? 1 : 2, d.k1, d.k2, d.k3, d.k4, d.p1, d.p2], base + 4);
    }
    data.set([camera.width, camera.height], base + 11);
    bits[base + 13] = firstPixels[i];
    data.set(camera.cameraToWorld.slice(0, 12), base + 14);
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
