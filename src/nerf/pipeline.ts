// The field's stages in the order of the paper (Mildenhall et al. 2020; Mueller et al. 2022): rays are marched into samples,
// samples get a density, those that light reaches (survivors) a colour, and both are composited into pixels; then the
// same way back. Trainer, renderer and bake are written in these words.

import type { Recorder } from '../gpu/recorder.ts';
import type { Tensor } from '../gpu/tensor.ts';
import { type Blend, blendOf } from './blend.ts';
import { type Appearance, type Field, IDENTITY_MAP } from './field.ts';
import type { NerfKernels } from './kernels.ts';
import type { SampleBuffers } from './sample-buffers.ts';
import { AdamStage } from './stages/adam.ts';
import { type Coloured, ColourStage } from './stages/colour.ts';
import { CompactStage, type Kept } from './stages/compact.ts';
import { CompositeStage } from './stages/composite.ts';
import { DensityStage } from './stages/density.ts';
import { EncodeStage } from './stages/encode.ts';
import { LossStage } from './stages/loss.ts';
import { MarchStage } from './stages/march.ts';
import { OccupancyStage } from './stages/occupancy.ts';
import { RayStage } from './stages/rays.ts';

/** Where one batch of training rays is judged. */
export interface TrainingBatch {
  rays: number;
  /** Samples of the batch, at most. */
  capacity: number;
  /** Factor on the march step. */
  coarseness: number;
  /** Weight of the distortion loss. */
  distortion: number;
}

export class Pipeline {
  readonly rays: RayStage;
  readonly march: MarchStage;
  readonly density: DensityStage;
  readonly compact: CompactStage;
  readonly colour: ColourStage;
  readonly composite: CompositeStage;
  readonly loss: LossStage;
  readonly adam: AdamStage;
  readonly occupancy: OccupancyStage;

  constructor(
    kernels: NerfKernels,
    private readonly field: Field,
    private readonly buffers: SampleBuffers,
  ) {
    const encode = new EncodeStage(kernels, buffers);
    this.rays = new RayStage(kernels, field, buffers);
    this.march = new MarchStage(kernels, field, buffers);
    this.density = new DensityStage(kernels, field, buffers, encode);
    this.compact = new CompactStage(kernels, field, buffers);
    this.colour = new ColourStage(kernels, buffers, encode);
    this.composite = new CompositeStage(kernels, field, buffers);
    this.loss = new LossStage(kernels, buffers);
    this.adam = new AdamStage(kernels);
    this.occupancy = new OccupancyStage(kernels, field, buffers, this.density);
  }

  /** Rays -> survivors. @param coarseness factor on the march step */
  visible(
    rec: Recorder,
    rays: number,
    capacity: number,
    { coarseness = 1, ...kept }: Kept & { coarseness?: number } = {},
  ): void {
    this.march.forward(rec, rays, capacity, coarseness);
    this.density.forward(rec);
    this.compact.forward(rec, rays, kept);
  }

  /** Survivors -> colours of what is drawn. @param viewDependent false hides the direction from all of them */
  coloured(rec: Recorder, blend: Blend, viewDependent: boolean): Coloured {
    return this.colour.blend(rec, blend, viewDependent);
  }

  /** Training rays -> their pixels, in the buffers. */
  forward(rec: Recorder, { rays, capacity, coarseness }: TrainingBatch): void {
    this.visible(rec, rays, capacity, { coarseness });
    const coloured = this.coloured(rec, blendOf(this.field.appearance), true);
    this.composite.forward(rec, rays, coloured, this.pixels());
  }

  /** The loss's gradient by those pixels -> by all parameters of the field. */
  backward(rec: Recorder, { rays, distortion }: TrainingBatch): void {
    const { buffers: b, field } = this;
    const pixels = { rgb: b.pixelRgb, dRgb: b.dPixelRgb, firstPixel: 0 };
    this.composite.backward(rec, rays, IDENTITY_MAP, pixels, distortion);
    this.colour.backward(rec, field.appearance, true);
    this.density.backward(rec);
  }

  /** d_image of a run of a view's pixels -> by the parameters of an appearance alone. @param gain see AdamStage */
  appearanceBackward(
    rec: Recorder,
    rays: number,
    appearance: Appearance,
    { dImage, firstPixel, viewDependent, gain }: AppearanceGradient,
  ): void {
    // The pixels themselves matter to the density's gradient only, which nothing reads here.
    this.composite.backward(rec, rays, appearance.colourMap, { rgb: dImage, dRgb: dImage, firstPixel });
    this.colour.backward(rec, appearance, viewDependent, gain);
  }

  private pixels() {
    const { pixelRgb, pixelDepth, pixelOpacity } = this.buffers;
    return { rgb: pixelRgb, depth: pixelDepth, opacity: pixelOpacity, firstPixel: 0 };
  }
}

export interface AppearanceGradient {
  dImage: Tensor; // [H, W, 3]
  firstPixel: number;
  viewDependent: boolean;
  gain: number;
}
