// What the feature network is shown of a render, and the way back: optionally only its luminance (keepColours),
// optionally halved (featureScale 0.5). Works for one size; buffers are allocated once.

import type { Gpu } from '../gpu/device.ts';
import { type Kernel, workgroups } from '../gpu/kernel.ts';
import type { Recorder } from '../gpu/recorder.ts';
import { sharedKernels } from '../gpu/shared-kernels.ts';
import { Tensor } from '../gpu/tensor.ts';
import colourLuminance from '../shaders/style/colour_luminance.wgsl?raw';
import colourLuminanceBackward from '../shaders/style/colour_luminance_backward.wgsl?raw';
import resizeHalf from '../shaders/style/resize_half.wgsl?raw';
import resizeHalfBackward from '../shaders/style/resize_half_backward.wgsl?raw';
import type { Size } from './style-image.ts';

const SOURCES = {
  colour_luminance: colourLuminance,
  colour_luminance_backward: colourLuminanceBackward,
  resize_half: resizeHalf,
  resize_half_backward: resizeHalfBackward,
} as const;
type EyeKernels = Record<keyof typeof SOURCES, Kernel>;

export interface EyeOptions {
  luminanceOnly: boolean;
  halved: boolean;
}

export class StyleEye {
  /** Size of what the network is fed with. */
  readonly fedSize: Size;
  private readonly grey: Tensor | null;
  private readonly dGrey: Tensor | null;
  private readonly half: Tensor | null;
  private readonly dHalf: Tensor | null;

  private constructor(
    private readonly kernels: EyeKernels,
    device: GPUDevice,
    private readonly size: Size,
    options: EyeOptions,
  ) {
    const { width, height } = size;
    this.fedSize = options.halved
      ? { width: Math.max(1, Math.floor(width / 2)), height: Math.max(1, Math.floor(height / 2)) }
      : size;
    const make = (role: string, { width: w, height: h }: Size) => Tensor.zeros(device, `StyleEye.${role}`, [h, w, 3]);
    this.grey = options.luminanceOnly ? make('grey', size) : null;
    this.dGrey = options.luminanceOnly ? make('dGrey', size) : null;
    this.half = options.halved ? make('half', this.fedSize) : null;
    this.dHalf = options.halved ? make('dHalf', this.fedSize) : null;
  }

  static async create(gpu: Gpu, size: Size, options: EyeOptions): Promise<StyleEye> {
    return new StyleEye(await sharedKernels(gpu, SOURCES), gpu.device, size, options);
  }

  /** The tensors that a look at `image`, and the way back to dImage, go through. */
  frame(image: Tensor, dImage: Tensor): { seen: Tensor; fed: Tensor; dSeen: Tensor; dFed: Tensor } {
    const seen = this.grey ?? image;
    const dSeen = this.dGrey ?? dImage;
    return { seen, fed: this.half ?? seen, dSeen, dFed: this.dHalf ?? dSeen };
  }

  /**
   * @param image [H, W, 3]
   * @returns seen [H, W, 3]: the image or its luminance; fed: what the network takes. Overwritten by the next look.
   */
  look(rec: Recorder, image: Tensor): { seen: Tensor; fed: Tensor } {
    const { kernels, grey, half } = this;
    const { width, height } = this.size;
    if (grey) {
      rec.run(
        kernels.colour_luminance,
        { image, grey },
        { pixel_count: width * height },
        workgroups(width * height, 64),
      );
    }
    const seen = grey ?? image;
    if (half) {
      rec.run(kernels.resize_half, { image: seen, half }, this.halfSizes(), workgroups(half.size, 64));
    }
    return { seen, fed: half ?? seen };
  }

  /** Where the gradients of the last look are to be ADDED, cleared: of `seen` and of `fed`, perhaps one tensor. */
  begin(rec: Recorder, dImage: Tensor): { dSeen: Tensor; dFed: Tensor } {
    const dSeen = this.dGrey ?? dImage;
    const dFed = this.dHalf ?? dSeen;
    for (const tensor of new Set([dImage, dSeen, dFed])) rec.clear(tensor);
    return { dSeen, dFed };
  }

  /**
   * Brings those gradients back into dImage.
   * @param photograph [H, W, 3], whose chroma is kept; read with luminanceOnly alone
   */
  finish(rec: Recorder, image: Tensor, dImage: Tensor, photograph: Tensor | null, chromaWeight: number) {
    const { kernels, dGrey, dHalf } = this;
    if (dHalf) {
      const dSeen = dGrey ?? dImage;
      rec.run(
        kernels.resize_half_backward,
        { d_half: dHalf, d_image: dSeen },
        this.halfSizes(),
        workgroups(dSeen.size, 64),
      );
    }
    if (dGrey) {
      if (!photograph) throw new Error('StyleEye: expected a photograph whose chroma is kept, found none');
      const pixels = this.size.width * this.size.height;
      rec.run(
        kernels.colour_luminance_backward,
        { image, goal: photograph, d_grey: dGrey, d_image: dImage },
        { pixel_count: pixels, d_anchor: (2 * chromaWeight) / (3 * pixels) },
        workgroups(pixels, 64),
      );
    }
  }

  private halfSizes() {
    const { size, fedSize } = this;
    return { height: size.height, width: size.width, half_height: fedSize.height, half_width: fedSize.width };
  }

  destroy(): void {
    for (const tensor of [this.grey, this.dGrey, this.half, this.dHalf]) tensor?.destroy();
  }
}
