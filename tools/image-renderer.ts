// A renderer without a field: each camera has a picture of its own, whose pixels are the appearance, moved by Adam on
// the CPU. What style losses do alone, free of what a field can or cannot follow; for tests and for tuning recipes.

import type { Tensor } from '../src/gpu/tensor.ts';
import type { DifferentiableRenderer, RenderOptions, RenderTarget } from '../src/nerf/types.ts';
import type { Camera } from '../src/scene/types.ts';

interface Canvas {
  /** [H, W, 3] sRGB 0..1 */
  pixels: Float32Array<ArrayBuffer>;
  gradient: Float32Array<ArrayBuffer>;
  first: Float32Array;
  second: Float32Array;
  steps: number;
  touched: boolean;
}

export class ImageRenderer implements DifferentiableRenderer {
  readonly canvases = new Map<Camera, Canvas>();
  /** What was asked for, in order. */
  readonly renders: { camera: Camera; width: number; height: number; options: RenderOptions }[] = [];
  readonly learningRates: number[] = [];

  /** @param pixels [H, W, 3] sRGB 0..1, of the size that will be rendered */
  add(camera: Camera, pixels: Float32Array): void {
    const zeros = () => new Float32Array(pixels.length);
    const canvas = { pixels: Float32Array.from(pixels), gradient: zeros(), first: zeros(), second: zeros() };
    this.canvases.set(camera, { ...canvas, steps: 0, touched: false });
  }

  async render(camera: Camera, target: RenderTarget, options: RenderOptions): Promise<void> {
    this.renders.push({ camera, width: target.width, height: target.height, options });
    target.rgb.write(this.canvases.get(camera)!.pixels);
  }

  async backward(camera: Camera, dImage: Tensor): Promise<void> {
    const canvas = this.canvases.get(camera)!;
    const d = await dImage.readF32();
    for (let i = 0; i < d.length; i++) canvas.gradient[i] += d[i];
    canvas.touched = true;
  }

  stepAppearance(learningRate: number): void {
    this.learningRates.push(learningRate);
    for (const canvas of this.canvases.values()) if (canvas.touched) adam(canvas, learningRate);
  }
}

/** Adam with the usual betas; pixels stay in 0..1, as a sigmoid keeps a field's colours. */
function adam(canvas: Canvas, learningRate: number): void {
  const { pixels, gradient, first, second } = canvas;
  const step = ++canvas.steps;
  for (let i = 0; i < pixels.length; i++) {
    first[i] = 0.9 * first[i] + 0.1 * gradient[i];
    second[i] = 0.999 * second[i] + 0.001 * gradient[i] ** 2;
    const mean = first[i] / (1 - 0.9 ** step);
    const deviation = Math.sqrt(second[i] / (1 - 0.999 ** step));
    pixels[i] = Math.min(1, Math.max(0, pixels[i] - (learningRate * mean) / (deviation + 1e-12)));
  }
  gradient.fill(0);
  canvas.touched = false;
}
