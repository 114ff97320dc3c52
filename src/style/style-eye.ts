// What the feature network is shown of a render, and the way back: optionally only its luminance (keepColours),
// optionally halved (featureScale 0.5). Works for one size; buffers are allocated once.

import type { Gpu } from '../gpu/device.ts';
import { workgroups } from '../gpu/kernel.ts';
import { Tensor } from '../gpu/tensor.ts';
import { type StyleKernels, styleKernels } from './losses/kernels.ts';
import type { Size } from './style-image.ts';

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
    private readonly kernels: StyleKernels,
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
    return new StyleEye(await styleKernels(gpu), gpu.device, size, options);
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
  look(encoder: GPUCommandEncoder, image: Tensor): { seen: Tensor; fed: Tensor } {
    const { kernels, grey, half } = this;
    const { width, height } = this.size;
    if (grey) {
      kernels.colour_luminance.run(
        encoder,
        { image, grey },
        { pixel_count: width * height },
        workgroups(width * height, 64),
      );
    }
    const seen = grey ?? image;
    if (half) {
      kernels.resize_half.run(encoder, { image: seen, half }, this.halfSizes(), workgroups(half.size, 64));
    }
    return { seen, fed: half ?? seen };
  }

  /** Where the gradients of the last look are to be ADDED, cleared: of `seen` and of `fed`, perhaps one tensor. */
  begin(encoder: GPUCommandEncoder, dImage: Tensor): { dSeen: Tensor; dFed: Tensor } {
    const dSeen = this.dGrey ?? dImage;
    const dFed = this.dHalf ?? dSeen;
    for (const tensor of new Set([dImage, dSeen, dFed])) encoder.clearBuffer(tensor.buffer);
    return { dSeen, dFed };
  }

  /**
   * Brings those gradients back into dImage.
   * @param photograph [H, W, 3], whose chroma is kept; read with luminanceOnly alone
   */
  finish(encoder: GPUCommandEncoder, image: Tensor, dImage: Tensor, photograph: Tensor | null, chromaWeight: number) {
    const { kernels, dGrey, dHalf } = this;
    if (dHalf) {
      const dSeen = dGrey ?? dImage;
      kernels.resize_half_backward.run(
        encoder,
        { d_half: dHalf, d_image: dSeen },
        this.halfSizes(),
        workgroups(dSeen.size, 64),
      );
    }
    if (dGrey) {
      if (!photograph) throw new Error('StyleEye: expected a photograph whose chroma is kept, found none');
      const pixels = this.size.width * this.size.height;
      kernels.colour_luminance_backward.run(
        encoder,
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
