// What the feature network is shown of a render, and the way back: the render itself, or only its luminance where the
// scene keeps its colours. Works for one size; buffers are allocated once.

import type { Gpu } from '../gpu/device.ts';
import { type Kernel, workgroups } from '../gpu/kernel.ts';
import type { Recorder } from '../gpu/recorder.ts';
import { sharedKernels } from '../gpu/shared-kernels.ts';
import { Tensor } from '../gpu/tensor.ts';
import colourLuminance from '../shaders/style/colour_luminance.wgsl?raw';
import colourLuminanceBackward from '../shaders/style/colour_luminance_backward.wgsl?raw';
import type { Size } from './style-image.ts';

const SOURCES = { colour_luminance: colourLuminance, colour_luminance_backward: colourLuminanceBackward } as const;

interface Luminance {
  kernels: Record<keyof typeof SOURCES, Kernel>;
  /** [H, W, 3], three times the same. */
  grey: Tensor;
  dGrey: Tensor;
}

export class ImagePreprocessor {
  private constructor(
    private readonly size: Size,
    /** Null where images are shown as they are. */
    private readonly luminance: Luminance | null,
  ) {}

  static async create(gpu: Gpu, size: Size, options: { luminanceOnly: boolean }): Promise<ImagePreprocessor> {
    if (!options.luminanceOnly) return new ImagePreprocessor(size, null);
    const kernels = await sharedKernels(gpu, SOURCES);
    const make = (role: string) => Tensor.zeros(gpu.device, `ImagePreprocessor.${role}`, [size.height, size.width, 3]);
    return new ImagePreprocessor(size, { kernels, grey: make('grey'), dGrey: make('dGrey') });
  }

  /**
   * @param image [H, W, 3]
   * @returns what the network is shown of it: the image or its luminance [H, W, 3]. Overwritten by the next call.
   */
  preprocess(rec: Recorder, image: Tensor): Tensor {
    if (!this.luminance) return image;
    const { kernels, grey } = this.luminance;
    const pixels = this.size.width * this.size.height;
    rec.run(kernels.colour_luminance, { image, grey }, { pixel_count: pixels }, workgroups(pixels, 64));
    return grey;
  }

  /** Where gradients of what was shown are to be ADDED [H, W, 3], cleared; dImage is cleared too. */
  begin(rec: Recorder, dImage: Tensor): Tensor {
    rec.clear(dImage);
    if (!this.luminance) return dImage;
    rec.clear(this.luminance.dGrey);
    return this.luminance.dGrey;
  }

  /**
   * Brings those gradients back into dImage.
   * @param photograph [H, W, 3], whose chroma is kept; read with luminanceOnly alone
   * @param chromaWeight of mean (chroma - photograph's chroma)^2
   */
  backward(rec: Recorder, image: Tensor, dImage: Tensor, photograph: Tensor, chromaWeight: number): void {
    if (!this.luminance) return;
    const { kernels, dGrey } = this.luminance;
    const pixels = this.size.width * this.size.height;
    rec.run(
      kernels.colour_luminance_backward,
      { image, photograph, d_grey: dGrey, d_image: dImage },
      { pixel_count: pixels, d_anchor: (2 * chromaWeight) / (3 * pixels) },
      workgroups(pixels, 64),
    );
  }

  destroy(): void {
    this.luminance?.grey.destroy();
    this.luminance?.dGrey.destroy();
  }
}
