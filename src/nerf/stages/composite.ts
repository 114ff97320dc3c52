// Volume rendering (Max 1995; Mildenhall et al. 2020, eq. 3): survivors of each ray front to back over its background,
// and the gradient of that by colours and raw densities.

import { workgroups } from '../../gpu/kernel.ts';
import type { Recorder } from '../../gpu/recorder.ts';
import type { Tensor } from '../../gpu/tensor.ts';
import colourMapWgsl from '../../shaders/common/colour_map.wgsl?raw';
import densityWgsl from '../../shaders/common/density.wgsl?raw';
import fillBackgroundWgsl from '../../shaders/common/fill_background.wgsl?raw';
import rayWgsl from '../../shaders/common/ray.wgsl?raw';
import sampleWgsl from '../../shaders/common/sample.wgsl?raw';
import compositeWgsl from '../../shaders/nerf/composite.wgsl?raw';
import compositeBackwardWgsl from '../../shaders/nerf/composite_backward.wgsl?raw';
import type { ColourMap, Field } from '../field.ts';
import type { NerfKernels } from '../kernels.ts';
import type { SampleBuffers } from '../sample-buffers.ts';
import type { Coloured } from './colour.ts';
import { kernelCode } from './kernel-code.ts';

const SHARED = [colourMapWgsl, densityWgsl, rayWgsl, sampleWgsl];
export const COMPOSITE_KERNELS = {
  composite: kernelCode(compositeWgsl, fillBackgroundWgsl, ...SHARED),
  composite_backward: kernelCode(compositeBackwardWgsl, ...SHARED),
};

/** Where composited pixels go; `firstPixel` is where the batch's first ray lies in them. */
export interface PixelTensors {
  rgb: Tensor;
  depth: Tensor;
  opacity: Tensor;
  firstPixel: number;
}

export interface PixelGradients {
  /** Pixels of the forward pass; matter to the density's gradient only. [P, 3] */
  rgb: Tensor;
  dRgb: Tensor; // [P, 3]
  firstPixel: number;
}

export class CompositeStage {
  constructor(
    private readonly kernels: NerfKernels,
    private readonly field: Field,
    private readonly buffers: SampleBuffers,
  ) {}

  /** @param opaque the scene is: what slips through shows no background */
  forward(rec: Recorder, rays: number, { rgb, map }: Coloured, out: PixelTensors, opaque = false): void {
    const { buffers: b } = this;
    rec.run(
      this.kernels.get('composite'),
      {
        survivor_span: b.survivorSpan,
        survivor_sample: b.survivorSample,
        rgb,
        ray_background: b.rayBackground,
        pixel_rgb: out.rgb,
        pixel_depth: out.depth,
        pixel_opacity: out.opacity,
      },
      {
        ray_count: rays,
        stride: b.capacity,
        first_pixel: out.firstPixel,
        far: this.field.config.far,
        opaque: opaque ? 1 : 0,
        colour_map: { rows: map },
      },
      workgroups(rays, 64),
    );
  }

  /** @param distortion weight of the distortion loss beside the photometric one (Barron et al. 2022, eq. 15) */
  backward(rec: Recorder, rays: number, map: ColourMap, pixels: PixelGradients, distortion = 0): void {
    const { buffers: b } = this;
    rec.run(
      this.kernels.get('composite_backward'),
      {
        survivor_span: b.survivorSpan,
        survivor_sample: b.survivorSample,
        rgb: b.rgb,
        pixel_rgb: pixels.rgb,
        d_pixel_rgb: pixels.dRgb,
        d_rgb: b.dRgb,
        d_raw_density: b.dRawDensity,
      },
      { ray_count: rays, stride: b.capacity, first_pixel: pixels.firstPixel, distortion, colour_map: { rows: map } },
      workgroups(rays, 64),
    );
  }
}
