// Points the regions out in a packed view: the kernel region_tint, and which tints it is to use.

import type { PackedView } from '../../export/packed-view.ts';
import type { Gpu } from '../../gpu/device.ts';
import { Kernel } from '../../gpu/kernel.ts';
import type { Recorder } from '../../gpu/recorder.ts';
import { Tensor } from '../../gpu/tensor.ts';
import type { RegionVolume } from '../../nerf/blend.ts';
import { CAMERA_STRIDE, cameraAtSize, packCameras } from '../../nerf/camera-buffer.ts';
import type { RenderTarget } from '../../nerf/types.ts';
import type { Camera } from '../../scene/types.ts';
import cameraWgsl from '../../shaders/common/camera.wgsl?raw';
import rayWgsl from '../../shaders/common/ray.wgsl?raw';
import regionWeightsWgsl from '../../shaders/common/region_weights.wgsl?raw';
import spaceWgsl from '../../shaders/common/space.wgsl?raw';
import regionTintWgsl from '../../shaders/viewer/region_tint.wgsl?raw';

/** sRGB 0..1, and how much of it shows, of regions 1..4. */
export type Tints = readonly [number, number, number, number][];

/** Stripes across the long side of a view. */
const STRIPES = 100;

export class RegionTint {
  private readonly camera: Tensor;

  private constructor(
    gpu: Gpu,
    private readonly kernel: Kernel,
  ) {
    this.camera = Tensor.zeros(gpu.device, 'RegionTint.camera', [1, CAMERA_STRIDE]);
  }

  static async create(gpu: Gpu): Promise<RegionTint> {
    const shared = [cameraWgsl, rayWgsl, spaceWgsl, regionWeightsWgsl];
    return new RegionTint(gpu, await Kernel.create(gpu, { name: 'region_tint', code: regionTintWgsl, shared }));
  }

  /** @param rendered the view, the camera that it was rendered with, and the packed view that is drawn into */
  encode(
    rec: Recorder,
    { camera, view, packed }: { camera: Camera; view: RenderTarget; packed: PackedView },
    { resolution, weights }: RegionVolume,
    unbounded: boolean,
    [tint0, tint1, tint2, tint3]: Tints,
  ): void {
    const { width, height } = view;
    this.camera.write(packCameras([cameraAtSize(camera, width, height)]));
    rec.run(
      this.kernel,
      {
        cameras: this.camera,
        depth: view.depth,
        opacity: view.opacity,
        region_weights: weights,
        packed_rgba: packed.rgba,
      },
      {
        width,
        height,
        pitch: packed.pitch,
        resolution,
        unbounded: unbounded ? 1 : 0,
        hatch: Math.max(1.5, Math.max(width, height) / STRIPES / 2),
        tint0,
        tint1,
        tint2,
        tint3,
      },
      [Math.ceil(width / 8), Math.ceil(height / 8)],
    );
  }

  destroy(): void {
    this.camera.destroy();
    this.kernel.destroy();
  }
}
