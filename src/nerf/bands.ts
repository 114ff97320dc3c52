// Views of any size on adapters of any: where the tensors of a whole view would be larger than the adapter lets a kernel
// have, it is drawn in bands of whole rows, one after another into one target. Every pixel has the bits that it has in
// the whole view.

import type { Gpu } from '../gpu/device.ts';
import { createRenderTarget, destroyRenderTarget, pixelsAtOnce } from './renderer.ts';
import type { RenderTarget } from './types.ts';

/** Rows of a view of this width that a target may hold on this adapter, one at least. */
export function rowsAtOnce(gpu: Gpu, width: number, height: number): number {
  return Math.max(1, Math.min(height, Math.floor(pixelsAtOnce(gpu) / width)));
}

/**
 * Draws a view band by band; a view that fits is one band.
 * @param draw fills the target's rows of the view
 * @param take reads them: `rows.count` from `rows.first` on lie at the start of its tensors
 * @throws InputError where not even one row fits
 */
export async function inBands(
  gpu: Gpu,
  width: number,
  height: number,
  draw: (target: RenderTarget) => Promise<void>,
  take: (target: RenderTarget, rows: { first: number; count: number }) => Promise<void>,
): Promise<void> {
  const most = rowsAtOnce(gpu, width, height);
  const tensors = createRenderTarget(gpu, width, most);
  try {
    for (let first = 0; first < height; first += most) {
      const rows = { first, count: Math.min(most, height - first) };
      const target = { ...tensors, height, rows };
      await draw(target);
      await take(target, rows);
    }
  } finally {
    destroyRenderTarget(tensors);
  }
}

/** Colours of a view of any size. @returns [H, W, 3], sRGB 0..1 */
export async function readView(
  gpu: Gpu,
  width: number,
  height: number,
  draw: (target: RenderTarget) => Promise<void>,
): Promise<Float32Array<ArrayBuffer>> {
  const rgb = new Float32Array(width * height * 3);
  await inBands(gpu, width, height, draw, async (target, rows) => {
    rgb.set(await target.rgb.read(rows.count * width * 3), rows.first * width * 3);
  });
  return rgb;
}
