// Edits of regions by what a view shows: the thing at a pixel, what a brush goes over, a mask.

import { inputError } from '../../errors.ts';
import { createRenderTarget, destroyRenderTarget } from '../../nerf/renderer.ts';
import { fieldFromScene } from '../../nerf/space.ts';
import { pixelOfPoint, resizedCamera } from '../../scene/rays.ts';
import type { Camera, Picture, View } from '../../scene/types.ts';
import { viewSize } from '../painting.ts';
import { DEFAULT_TOLERANCE, growFrom, shareOut, within } from './grow.ts';
import { type DepthView, liftView, pointAt, projector } from './lift.ts';
import { cellOfPoint, seenCells, surfaceAt } from './surface.ts';
import { REGION_RESOLUTION, readDepth, type SurfaceIndex, type SurfaceParts } from './surface-index.ts';
import type { BrushStroke, Growth, PickOptions, RegionEdit, RenderedView } from './types.ts';

/** Long side of the render on which a mask is lifted, pixels. */
const MASK_SIDE = 256;

/** Makes cells of the surface join a region or leave it; each set takes the place of the one before. */
export interface Marking {
  /** @param marked cells of the surface */
  set(marked: Uint8Array): void;
  readonly edit: RegionEdit;
}

/** What edits need of the regions. */
export interface Marked {
  surfaces(signal?: AbortSignal): Promise<SurfaceIndex>;
  marking(nearest: Int32Array, erase: boolean): Marking;
}

/** The thing at a pixel position. @throws InputError where no surface is seen there */
export async function pickRegion(
  { surfaces, marking }: Marked,
  view: RenderedView,
  x: number,
  y: number,
  options: PickOptions,
): Promise<Growth> {
  const { width, height } = view.target;
  const [px, py] = [Math.floor(x), Math.floor(y)];
  if (!(px >= 0 && py >= 0 && px < width && py < height))
    throw inputError('pick', null, `a place in the view of ${width}x${height}`, `${x}, ${y}`);
  const at = py * width + px;
  const [depth] = (await view.target.depth.read(1, at)) as Float32Array;
  const [opacity] = (await view.target.opacity.read(1, at)) as Float32Array;
  if (!(opacity > 0.5)) throw inputError('pick', null, 'a surface there', 'the background');
  const { surface, nearest } = await surfaces(options.signal);
  const seed = surfaceAt(surface, pointAt(pinhole(view.camera), px + 0.5, py + 0.5, depth));
  if (seed < 0) throw inputError('pick', null, 'a surface that several cameras see', 'none there');
  const costs = growFrom(surface, seed);
  const { set, edit } = marking(nearest, options.erase ?? false);
  const setTolerance = (tolerance: number) => set(within(surface, costs, tolerance));
  setTolerance(options.tolerance ?? DEFAULT_TOLERANCE);
  return { setTolerance, edit };
}

/** What a brush goes over. */
export async function brushRegion(
  { surfaces, marking }: Marked,
  view: RenderedView,
  { erase = false, signal }: { erase?: boolean; signal?: AbortSignal },
): Promise<BrushStroke> {
  const { surface, nearest } = await surfaces(signal);
  const seen = await readDepth({ ...view, camera: pinhole(view.camera) });
  const { pixel } = seenCells(surface, seen);
  const { camera, depth, opacity } = seen;
  const marked = new Uint8Array(surface.count);
  const { set, edit } = marking(nearest, erase);
  let added = false;
  const take = (i: number) => {
    if (i >= 0 && !marked[i]) added = true;
    if (i >= 0) marked[i] = 1;
  };
  const dab = (x: number, y: number, radius: number) => {
    for (let i = 0; i < surface.count; i++) {
      if ((pixel[2 * i] - x) ** 2 + (pixel[2 * i + 1] - y) ** 2 <= radius * radius) take(i);
    }
    // Near by, cells are larger than the brush.
    const step = Math.max(1, radius / 6);
    for (let v = -radius; v <= radius; v += step) {
      for (let u = -radius; u <= radius; u += step) {
        const [px, py] = [Math.floor(x + u), Math.floor(y + v)];
        if (u * u + v * v > radius * radius || px < 0 || py < 0) continue;
        if (px >= camera.width || py >= camera.height) continue;
        const z = depth[py * camera.width + px];
        if (!(opacity[py * camera.width + px] > 0.5)) continue;
        const q = fieldFromScene(pointAt(camera, px + 0.5, py + 0.5, z), surface.unbounded);
        if (Math.min(...q) >= 0 && Math.max(...q) < 1) take(nearest[cellOfPoint(q, surface.resolution)]);
      }
    }
  };
  const show = () => {
    if (!added) return;
    added = false;
    set(marked);
  };
  return { dab, show, edit };
}

/** What a mask on a view's photograph has white, and what hangs together with it. */
export async function liftMask(
  { surfaces, marking }: Marked,
  { gpu, display, field }: SurfaceParts,
  view: View,
  mask: Picture,
  signal?: AbortSignal,
): Promise<RegionEdit> {
  const { surface, nearest } = await surfaces(signal);
  const { appearance } = field().core.field;
  const { width, height } = viewSize(view.camera, MASK_SIDE);
  const camera = resizedCamera(view.camera, width, height);
  const target = createRenderTarget(gpu, width, height);
  let seen: DepthView;
  try {
    // The mask lies on the photograph, which the lens has bent.
    await display.draw(appearance, camera, target, { lens: true });
    seen = await readDepth({ camera, target });
  } finally {
    destroyRenderTarget(target);
  }
  const project = camera.distortion
    ? (x: number, y: number, z: number): [number, number, number] => {
        const at = pixelOfPoint(camera, [x, y, z]);
        return [at.x, at.y, at.depth];
      }
    : projector(camera);
  const { pixel } = seenCells(surface, seen, project);
  const seeds = new Uint8Array(surface.count);
  for (let i = 0; i < surface.count; i++) {
    if (!Number.isNaN(pixel[2 * i])) seeds[i] = isWhite(mask, pixel[2 * i] / width, pixel[2 * i + 1] / height) ? 1 : 2;
  }
  const sides = shareOut(surface, seeds);
  const { set, edit } = marking(nearest, false);
  set(sides.map((side) => (side === 1 ? 1 : 0)));
  return edit;
}

/**
 * How much of each pixel of a view belongs to each region.
 * @param weights of the volume, four bytes a cell
 * @returns [H, W, 4] 0..1
 */
export async function weightsInView(
  view: RenderedView,
  weights: Uint8Array,
  unbounded: boolean,
): Promise<Float32Array> {
  const points = liftView(await readDepth({ ...view, camera: pinhole(view.camera) }));
  const pixels = view.target.width * view.target.height;
  const out = new Float32Array(4 * pixels);
  for (let i = 0; i < pixels; i++) {
    if (Number.isNaN(points[3 * i])) continue;
    const q = fieldFromScene([points[3 * i], points[3 * i + 1], points[3 * i + 2]], unbounded);
    const cell = cellOfPoint(q, REGION_RESOLUTION);
    for (let r = 0; r < 4; r++) out[4 * i + r] = weights[4 * cell + r] / 255;
  }
  return out;
}

/** As views are shown, whatever lens took the photograph. */
const pinhole = (camera: Camera): Camera => ({ ...camera, distortion: null });

/** At a place 0..1 of the mask. Transparent is black. */
function isWhite({ width, height, data }: Picture, x: number, y: number): boolean {
  const at = 4 * (Math.min(height - 1, Math.floor(y * height)) * width + Math.min(width - 1, Math.floor(x * width)));
  const luma = 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
  return luma * (data[at + 3] / 255) > 127.5;
}
