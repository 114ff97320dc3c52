// What others may ask of the field. Legend of shapes, for all of nerf/: R rays, S samples packed over rays,
// L hash levels, F features per level, H W image, N parameters. Colours are sRGB-encoded, 0..1, not linear:
// the loss is taken there, pictures are stored there, and compositing is done there, as in most NeRFs.

import type { Tensor } from '../gpu/tensor.ts';
import type { Camera } from '../scene/types.ts';

/** One view of the field, rendered. All tensors are row-major, row 0 at the top. */
export interface RenderTarget {
  /** Of the view, pixels. */
  width: number;
  height: number;
  /** The rows of the view that are drawn, at the start of the tensors; not given: all of them (bands.ts). */
  rows?: { first: number; count: number };
  /** Composited colour over the background. [H, W, 3], sRGB 0..1. */
  rgb: Tensor;
  /** View-space z (not ray length), expected along the ray; far value where nothing is hit. [H, W], scene units. */
  depth: Tensor;
  /** 1 - transmittance. [H, W]. */
  opacity: Tensor;
}

export interface RenderOptions {
  /** sRGB 0..1. */
  background: readonly [number, number, number];
  /** True: the scene is, so that residual transmittance shows no background (fill_background.wgsl). Default false. */
  opaque?: boolean;
  /** False: colour does not depend on the direction (stylized fields). */
  viewDependent: boolean;
  /** True: bent as the camera's lens bends, to lie on its photograph. Default false: a pinhole's view. */
  lens?: boolean;
  signal?: AbortSignal;
}

/** What shows where a ray meets little or nothing. */
export type Backdrop = Pick<RenderOptions, 'background' | 'opaque'>;

/**
 * The whole contract between style/ and nerf/ (deferred back-propagation, ARF section 4.2): render a view without
 * gradient, then push d_image [H, W, 3] back into the appearance parameters, in patches.
 */
export interface DifferentiableRenderer {
  /** Renders the camera at the target's size, its intrinsics scaled to it; its lens only where options.lens says so. */
  render(camera: Camera, target: RenderTarget, options: RenderOptions): Promise<void>;
  /** Adds d(loss)/d(appearance) for the same view. Geometry gets none. */
  backward(camera: Camera, dImage: Tensor, options: RenderOptions): Promise<void>;
  /** One Adam step on the appearance parameters with the gradients gathered so far, which it clears. */
  stepAppearance(learningRate: number): void;
}
