// The kernels that bake a field and show it baked, compiled once for all fields.

import type { Gpu } from '../../gpu/device.ts';
import { Kernel } from '../../gpu/kernel.ts';
import bricksWgsl from '../../shaders/common/bricks.wgsl?raw';
import cameraWgsl from '../../shaders/common/camera.wgsl?raw';
import colourMapWgsl from '../../shaders/common/colour_map.wgsl?raw';
import densityWgsl from '../../shaders/common/density.wgsl?raw';
import densityCodeWgsl from '../../shaders/common/density_code.wgsl?raw';
import fillBackgroundWgsl from '../../shaders/common/fill_background.wgsl?raw';
import rayWgsl from '../../shaders/common/ray.wgsl?raw';
import sampleWgsl from '../../shaders/common/sample.wgsl?raw';
import spaceWgsl from '../../shaders/common/space.wgsl?raw';
import bakePositionsWgsl from '../../shaders/nerf/bake_positions.wgsl?raw';
import bakeStoreWgsl from '../../shaders/nerf/bake_store.wgsl?raw';
import bakedViewWgsl from '../../shaders/viewer/baked_view.wgsl?raw';

export class BakeKernels {
  private constructor(
    readonly positions: Kernel,
    readonly store: Kernel,
    readonly view: Kernel,
    readonly sampler: GPUSampler,
  ) {}

  static async create(gpu: Gpu): Promise<BakeKernels> {
    const make = (name: string, code: string, shared: string[] = []) => Kernel.create(gpu, { name, code, shared });
    const [positions, store, view] = await Promise.all([
      make('bake_positions', bakePositionsWgsl, [sampleWgsl]),
      make('bake_store', bakeStoreWgsl, [colourMapWgsl, densityWgsl, densityCodeWgsl]),
      make('baked_view', bakedViewWgsl, [
        cameraWgsl,
        rayWgsl,
        spaceWgsl,
        bricksWgsl,
        densityCodeWgsl,
        fillBackgroundWgsl,
      ]),
    ]);
    const sampler = gpu.device.createSampler({
      label: 'BakeKernels.sampler',
      magFilter: 'linear',
      minFilter: 'linear',
    });
    return new BakeKernels(positions, store, view, sampler);
  }

  destroy(): void {
    for (const kernel of [this.positions, this.store, this.view]) kernel.destroy();
  }
}
