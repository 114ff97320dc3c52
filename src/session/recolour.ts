// The palette before the strokes: a style's whole distribution of colours brought into the field's appearance, by a short fit
// of its views to their recoloured photographs. One map of colour for all views, so that they agree by construction; the
// field itself then holds the colours, and nothing of what is drawn, baked or kept in files needs to know of the map.

import { throwIfAborted } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { Recorder } from '../gpu/recorder.ts';
import { Tensor } from '../gpu/tensor.ts';
import { createRenderTarget, destroyRenderTarget } from '../nerf/renderer.ts';
import type { DifferentiableRenderer } from '../nerf/types.ts';
import type { Picture, View } from '../scene/types.ts';
import { ContentLoss } from '../style/losses/content.ts';
import { coloursOf, fitPalette, type Palette } from '../style/palette.ts';
import { pictureTensor } from '../style/style-image.ts';
import { yieldToOthers } from './slices.ts';

/** Steps of the fit, a view each: a global change of colour is mostly in the MLP, which all places share. */
export const FIT_STEPS = 32;
/** Step size at first, of which the MLP has its share; it falls to a tenth by a cosine. */
const FIT_RATE = 0.05;
/** Colours of a style that take part, all its pictures together. */
const STYLE_COLOURS = 1 << 16;

/**
 * The map from a scene's colours to those of its styles, shared out by weight.
 * @param seed of the transport's axes
 */
export function scenePalette(
  views: readonly { picture: Picture }[],
  styles: readonly { pictures: readonly Picture[]; weight: number }[],
  seed: number,
): Palette {
  const total = styles.reduce((sum, { weight }) => sum + weight, 0);
  const parts = styles
    .filter(({ weight }) => weight > 0)
    .map(({ pictures, weight }) => coloursOf(pictures, Math.ceil((STYLE_COLOURS * weight) / total)));
  const wanted = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    wanted.set(part, at);
    at += part.length;
  }
  const content = coloursOf(views.map(({ picture }) => picture));
  return fitPalette(content, wanted, seed);
}

/**
 * Fits what `renderer` colours by to recoloured photographs, under no colour map.
 * @param views their cameras, and targets in the place of the photographs
 * @returns mean squared error over the last round of views, sRGB
 * @throws Cancelled
 */
export async function fitColours(
  gpu: Gpu,
  renderer: DifferentiableRenderer,
  views: readonly { camera: View['camera']; target: Picture }[],
  size: { width: number; height: number },
  background: readonly [number, number, number],
  signal?: AbortSignal,
): Promise<number> {
  const loss = await ContentLoss.create(gpu);
  const target = createRenderTarget(gpu, size.width, size.height);
  const dImage = Tensor.zeros(gpu.device, 'fitColours.dImage', [size.height, size.width, 3]);
  const value = Tensor.zeros(gpu.device, 'fitColours.value', [1]);
  const last = Math.min(views.length, FIT_STEPS >> 2);
  try {
    for (let step = 0; step < FIT_STEPS; step++) {
      throwIfAborted(signal);
      // Golden steps: evenly spread views, however few.
      const { camera, target: goal } = views[Math.floor(((step * 0.618034) % 1) * views.length)];
      const options = { background, viewDependent: false, lens: true, signal };
      await renderer.render(camera, target, options);
      const picture = pictureTensor(gpu, goal, size, background);
      loss.setTarget(picture);
      const rec = new Recorder(gpu, 'fitColours');
      if (step === FIT_STEPS - last) rec.clear(value);
      rec.clear(dImage);
      loss.evaluate(rec, target.rgb, 1, dImage, value);
      rec.submit();
      await renderer.backward(camera, dImage, options);
      renderer.stepAppearance(FIT_RATE * (0.1 + 0.45 * (1 + Math.cos((Math.PI * step) / FIT_STEPS))));
      await gpu.idle();
      picture.destroy();
      await yieldToOthers();
    }
    return (await value.readF32())[0] / last;
  } finally {
    loss.destroy();
    destroyRenderTarget(target);
    dImage.destroy();
    value.destroy();
  }
}
