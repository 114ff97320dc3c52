// What page and command line may ask of the regions of a field: up to four, each a part of the volume with a look of its
// own. All edits return what undoes them.

import type { RegionVolume } from '../../nerf/blend.ts';
import type { RenderTarget } from '../../nerf/types.ts';
import type { Camera, Picture, View } from '../../scene/types.ts';

/** Which styles of the library show in a region, and how strongly; without styles it is left unpainted. */
export interface RegionStyles {
  styles: readonly { id: string; weight: number }[];
  /** 0..1 */
  strength: number;
}

export interface Region {
  /** 1 to 4, as long as the region is there. */
  readonly id: number;
  readonly name: string;
  /** Cells of the volume. */
  readonly cells: number;
  /** Half the width of its border, scene units. */
  readonly softness: number;
  /** null: as outside all regions. */
  readonly look: RegionStyles | null;
}

/** What was done, and can be undone and done again, in turn. */
export interface RegionEdit {
  undo(): void;
  redo(): void;
}

/** A view as it was rendered, whose depth says where surfaces are. */
export interface RenderedView {
  /** Of the target's size. */
  camera: Camera;
  target: RenderTarget;
}

/** A region grown from a point, which a tolerance makes larger or smaller. */
export interface Growth {
  /** How far it may grow, 0..1: takes the place of what this growth did so far. */
  setTolerance(tolerance: number): void;
  /** All that it did, as one; as it is when it is undone. */
  readonly edit: RegionEdit;
}

/** A brush on a view that stands still. */
export interface BrushStroke {
  /** Marks what is seen within `radius` pixels of the pixel position (x, y). */
  dab(x: number, y: number, radius: number): void;
  /** Shows what is marked so far. */
  show(): void;
  /** The whole stroke, as one. */
  readonly edit: RegionEdit;
}

export interface Regions {
  /** In the order in which they were made. */
  readonly list: readonly Region[];
  /** Where they are, for views to point them out; null: there are none. */
  readonly volume: RegionVolume | null;
  /** @throws InputError where there are four already */
  add(name?: string): { region: Region; edit: RegionEdit };
  remove(id: number): RegionEdit;
  rename(id: number, name: string): RegionEdit;
  /** From the next view on. */
  setLook(id: number, look: RegionStyles | null): RegionEdit;
  /** @param softness scene units */
  setSoftness(id: number, softness: number): RegionEdit;
  clear(id: number): RegionEdit;
  /** What belonged to no region belongs to this one, and the other way round. */
  invert(id: number): RegionEdit;

  /**
   * Grows a region by the thing that is seen at a pixel position: as far as its colour reaches and no crease parts it
   * from another, on its hidden sides too.
   * @param erase takes it from the region instead
   * @throws InputError where no surface is seen there
   */
  pick(id: number, view: RenderedView, x: number, y: number, options?: PickOptions): Promise<Growth>;
  /** Paints a region, or erases it, where the view shows it. */
  brush(id: number, view: RenderedView, options?: { erase?: boolean; signal?: AbortSignal }): Promise<BrushStroke>;
  /**
   * Lifts a mask of one view: white is in the region. What the view does not show goes with what it hangs together with.
   * @param mask of any size, on the view's photograph
   */
  lift(id: number, view: View, mask: Picture, signal?: AbortSignal): Promise<RegionEdit>;
  /** How much of the pixels of a rendered view belongs to each region. [H, W, 4] 0..1 */
  seenIn(view: RenderedView): Promise<Float32Array>;
}

export interface PickOptions {
  /** 0..1 */
  tolerance?: number;
  erase?: boolean;
  signal?: AbortSignal;
}
