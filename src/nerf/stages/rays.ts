// Rays: random ones of the training views with their target colours, or a run of pixels of one camera.

import { workgroups } from '../../gpu/kernel.ts';
import type { Recorder } from '../../gpu/recorder.ts';
import type { Tensor } from '../../gpu/tensor.ts';
import cameraWgsl from '../../shaders/common/camera.wgsl?raw';
import randomWgsl from '../../shaders/common/random.wgsl?raw';
import rayWgsl from '../../shaders/common/ray.wgsl?raw';
import spaceWgsl from '../../shaders/common/space.wgsl?raw';
import cameraRaysWgsl from '../../shaders/nerf/camera_rays.wgsl?raw';
import trainingRaysWgsl from '../../shaders/nerf/training_rays.wgsl?raw';
import type { Field } from '../field.ts';
import type { NerfKernels } from '../kernels.ts';
import type { SampleBuffers } from '../sample-buffers.ts';
import { kernelCode } from './kernel-code.ts';
import { marchStep } from './march-step.ts';

export const RAY_KERNELS = {
  training_rays: kernelCode(trainingRaysWgsl, cameraWgsl, rayWgsl, randomWgsl, spaceWgsl),
  camera_rays: kernelCode(cameraRaysWgsl, cameraWgsl, rayWgsl),
};

export interface TrainingRays {
  cameras: Tensor;
  pixels: Tensor;
  viewCount: number;
  seed: number;
  step: number;
  /** Share of the rays whose direction colours do not see. */
  directionDropout: number;
}

export interface CameraRays {
  camera: Tensor;
  firstPixel: number;
  /** Of the view, pixels. */
  width: number;
  background: readonly [number, number, number];
}

export class RayStage {
  constructor(
    private readonly kernels: NerfKernels,
    private readonly field: Field,
    private readonly buffers: SampleBuffers,
  ) {}

  /** Random pixels of random views, over a random background each; targets into rayTarget. */
  training(rec: Recorder, rays: number, coarseness: number, t: TrainingRays): void {
    const { near, far } = this.field.config;
    rec.run(
      this.kernels.get('training_rays'),
      { cameras: t.cameras, pixels: t.pixels, ...this.outputs(), ray_target: this.buffers.rayTarget },
      {
        ray_count: rays,
        view_count: t.viewCount,
        seed: t.seed,
        step: t.step,
        near,
        far,
        direction_dropout: t.directionDropout,
        ...marchStep(this.field, coarseness),
      },
      workgroups(rays, 64),
    );
  }

  /** Pixels of one camera in reading order. */
  camera(rec: Recorder, rays: number, c: CameraRays): void {
    const { near, far } = this.field.config;
    rec.run(
      this.kernels.get('camera_rays'),
      { cameras: c.camera, ...this.outputs() },
      {
        ray_count: rays,
        first_pixel: c.firstPixel,
        width: c.width,
        unbounded: this.field.unbounded ? 1 : 0,
        near,
        far,
        background: c.background,
      },
      workgroups(rays, 64),
    );
  }

  private outputs() {
    const { rays, rayShading, rayBackground } = this.buffers;
    return { rays, ray_shading: rayShading, ray_background: rayBackground };
  }
}
