// The regions of a session's field: labels and looks on the CPU, weights on the GPU for every view.

import { inputError } from '../../errors.ts';
import type { Gpu } from '../../gpu/device.ts';
import { Tensor } from '../../gpu/tensor.ts';
import { REGION_COUNT, type RegionVolume } from '../../nerf/blend.ts';
import type { Picture, View } from '../../scene/types.ts';
import type { StyledAppearance, StyleMix } from '../style-mix.ts';
import type { ShownStyles } from '../types.ts';
import { type LabelChange, RegionLabels } from './labels.ts';
import { brushRegion, liftMask, type Marked, type Marking, pickRegion, weightsInView } from './picking.ts';
import { softWeights } from './soften.ts';
import { REGION_RESOLUTION, SurfaceIndexer, type SurfaceParts } from './surface-index.ts';
import type {
  BrushStroke,
  Growth,
  PickOptions,
  Region,
  RegionEdit,
  RegionStyles,
  Regions,
  RenderedView,
} from './types.ts';

const DEFAULT_SOFTNESS = 0.02;
/** Softer than this, nothing is left of a border. */
const MOST_SOFT = 0.5;

/** A region as it is kept: its look by the styles themselves. */
export interface KeptRegion {
  id: number;
  name: string;
  softness: number;
  look: StyleMix | null;
}

/** What a field file holds of them. */
export interface KeptRegions {
  resolution: number;
  /** [resolution^3] */
  labels: Uint8Array<ArrayBuffer>;
  list: readonly KeptRegion[];
}

/** Of four regions a cell, in bytes. [REGION_RESOLUTION^3] u32 */
export function regionWeights({ device }: Gpu): Tensor {
  return Tensor.zeros(device, 'Regions.weights', [REGION_RESOLUTION ** 3], 'u32');
}

export interface RegionsParts extends SurfaceParts {
  library: {
    mixOf(shown: ShownStyles, present: number): StyleMix;
    idOf(style: StyledAppearance): string;
    stillThere(look: StyleMix): StyleMix;
  };
}

export class SessionRegions implements Regions {
  private kept: readonly KeptRegion[] = [];
  private labels = new RegionLabels(REGION_RESOLUTION);
  private counts: number[] = [];
  private made: RegionVolume | null = null;
  /** Labels, softness or where matter lies are others than those that the weights were made of. */
  private stale = true;
  private readonly surfaces: SurfaceIndexer;

  constructor(private readonly parts: RegionsParts) {
    this.surfaces = new SurfaceIndexer(parts, () => {
      this.stale = true;
    });
  }

  get list(): readonly Region[] {
    const { library } = this.parts;
    return this.kept.map(({ id, name, softness, look }) => ({
      id,
      name,
      softness,
      cells: this.counts[id] ?? 0,
      look: look && {
        styles: look.styles.map(({ style, weight }) => ({ id: library.idOf(style), weight })),
        strength: look.strength,
      },
    }));
  }

  // Regions as such

  add(name?: string): { region: Region; edit: RegionEdit } {
    const id = [1, 2, 3, 4].find((free) => !this.kept.some((region) => region.id === free));
    if (id === undefined) throw inputError('regions', null, `at most ${REGION_COUNT}`, 'one more');
    const region: KeptRegion = { id, name: name?.trim() || `Region ${id}`, softness: DEFAULT_SOFTNESS, look: null };
    const edit = this.change([...this.kept, region]);
    return { region: this.list.find((one) => one.id === id)!, edit };
  }

  remove(id: number): RegionEdit {
    this.region(id);
    const left = this.kept.filter((region) => region.id !== id);
    return this.change(
      left,
      this.labels.edit((_, label) => (label === id ? 0 : label)),
    );
  }

  rename(id: number, name: string): RegionEdit {
    if (name.trim() === '') throw inputError('name of a region', null, 'some letters', 'none');
    return this.changeOne(id, { name: name.trim() });
  }

  setLook(id: number, look: RegionStyles | null): RegionEdit {
    return this.changeOne(id, { look: look && this.parts.library.mixOf(look, look.strength) });
  }

  setSoftness(id: number, softness: number): RegionEdit {
    if (!(softness >= 0 && softness <= MOST_SOFT))
      throw inputError('softness of a region', null, `0 to ${MOST_SOFT} scene units`, `${softness}`);
    return this.changeOne(id, { softness });
  }

  clear(id: number): RegionEdit {
    this.region(id);
    return this.change(
      this.kept,
      this.labels.edit((_, label) => (label === id ? 0 : label)),
    );
  }

  invert(id: number): RegionEdit {
    this.region(id);
    const flipped = (label: number) => (label === 0 ? id : label === id ? 0 : label);
    return this.change(
      this.kept,
      this.labels.edit((_, label) => flipped(label)),
    );
  }

  private changeOne(id: number, to: Partial<KeptRegion>): RegionEdit {
    this.region(id);
    return this.change(this.kept.map((region) => (region.id === id ? { ...region, ...to } : region)));
  }

  /** Takes another list, and what was changed of the labels already. */
  private change(to: readonly KeptRegion[], labels: LabelChange | null = null): RegionEdit {
    const from = this.kept;
    const of = this.labels;
    const borders = (list: readonly KeptRegion[]) => list.map(({ id, softness }) => `${id} ${softness}`).join();
    const reweighs = labels !== null || borders(from) !== borders(to);
    const apply = (list: readonly KeptRegion[], way: 'undo' | 'redo') => {
      // A field that has gone took its regions along.
      if (this.labels !== of) return;
      if (labels) of[way](labels);
      if (reweighs) this.stale = true;
      // What was looked at when the edit was made may have left the library since.
      this.kept = list.map((one) => (one.look ? { ...one, look: this.parts.library.stillThere(one.look) } : one));
      this.renew();
    };
    apply(to, 'redo');
    return { undo: () => apply(from, 'undo'), redo: () => apply(to, 'redo') };
  }

  private region(id: number): KeptRegion {
    const found = this.kept.find((region) => region.id === id);
    if (!found) throw inputError(`region ${id}`, null, 'one that is there', 'none');
    return found;
  }

  /** Weights and looks as they are now, for every view from here on. */
  private renew(): void {
    const { display, emitter } = this.parts;
    const mixes = [1, 2, 3, 4].map((id) => this.kept.find((one) => one.id === id)?.look ?? null);
    const seen = display.setRegions(this.kept.length ? { volume: this.weighed(), mixes } : null);
    emitter.emit('regions', { list: this.list });
    if (seen) emitter.emit('changed', { reason: 'shown' });
  }

  /** The volume with the weights as they are now; a look that changes leaves them as they were. */
  private weighed(): RegionVolume {
    this.made ??= {
      resolution: REGION_RESOLUTION,
      weights: regionWeights(this.parts.gpu),
    };
    if (!this.stale) return this.made;
    this.stale = false;
    const { core, scene } = this.parts.field();
    this.counts = Array.from({ length: 1 + REGION_COUNT }, () => 0);
    for (const label of this.labels.of) this.counts[label]++;
    const cell = (scene?.unbounded ? 4 : 2) / REGION_RESOLUTION;
    const radii = [1, 2, 3, 4].map((id) => (this.kept.find((one) => one.id === id)?.softness ?? 0) / cell);
    this.made.weights.write(softWeights(this.labels.of, this.surfaces.zoneOf(core), REGION_RESOLUTION, radii));
    return this.made;
  }

  get volume(): RegionVolume | null {
    return this.kept.length ? this.made : null;
  }

  // Styles that come and go

  uses(style: StyledAppearance): boolean {
    return this.kept.some(({ look }) => look?.styles.some((one) => one.style === style));
  }

  /** A style leaves the library. @returns shows it again where it was */
  forget(style: StyledAppearance): () => void {
    if (!this.uses(style)) return () => {};
    const without = (look: StyleMix | null) =>
      look && { ...look, styles: look.styles.filter((one) => one.style !== style) };
    const edit = this.change(this.kept.map((region) => ({ ...region, look: without(region.look) })));
    return edit.undo;
  }

  // Edits by what is seen

  async pick(id: number, view: RenderedView, x: number, y: number, options: PickOptions = {}): Promise<Growth> {
    return pickRegion(this.marked(id), view, x, y, options);
  }

  async brush(
    id: number,
    view: RenderedView,
    options: { erase?: boolean; signal?: AbortSignal } = {},
  ): Promise<BrushStroke> {
    return brushRegion(this.marked(id), view, options);
  }

  async lift(id: number, view: View, mask: Picture, signal?: AbortSignal): Promise<RegionEdit> {
    return liftMask(this.marked(id), this.parts, view, mask, signal);
  }

  async seenIn(view: RenderedView): Promise<Float32Array> {
    if (!this.volume) return new Float32Array(4 * view.target.width * view.target.height);
    const { unbounded } = this.parts.field().scene!;
    const weights = await this.volume.weights.read();
    return weightsInView(view, new Uint8Array(weights.buffer), unbounded);
  }

  /** Gathers surfaces where that was not done yet, so that the first edit is quick. */
  async prepare(signal?: AbortSignal): Promise<void> {
    await this.surfaces.get(signal);
  }

  /** @throws InputError where there is no such region */
  private marked(id: number): Marked {
    this.region(id);
    return {
      surfaces: (signal) => this.surfaces.get(signal),
      marking: (nearest, erase) => this.marking(id, nearest, erase),
    };
  }

  /**
   * Cells of the surface that are marked, and all of the volume that goes with them, join a region or leave it. Each set
   * takes the place of the one before.
   */
  private marking(id: number, nearest: Int32Array, erase: boolean): Marking {
    const { labels } = this;
    let change: LabelChange | null = null;
    const move = (way: 'undo' | 'redo') => {
      // A field that has gone took its labels along.
      if (this.labels !== labels) return;
      if (change) labels[way](change);
      this.stale = true;
      this.renew();
    };
    const set = (marked: Uint8Array) => {
      if (change) labels.undo(change);
      change = labels.edit((cell, label) => {
        const from = nearest[cell];
        if (from < 0 || !marked[from]) return label;
        return erase ? (label === id ? 0 : label) : id;
      });
      this.stale = true;
      this.renew();
    };
    return { set, edit: { undo: () => move('undo'), redo: () => move('redo') } };
  }

  // Files, and the end

  /** What is to be kept of them; null where there are none. */
  toKeep(): KeptRegions | null {
    return this.kept.length ? { resolution: REGION_RESOLUTION, labels: this.labels.of, list: this.kept } : null;
  }

  /**
   * Takes regions that were kept, with their styles as the library has them.
   * @param bits of the field's occupancy grid
   * @param weights room for them, made by `regionWeights`: taking what was read cannot fail any more
   */
  take({ labels, list }: KeptRegions, bits: Uint32Array, weights: Tensor): void {
    this.made = { resolution: REGION_RESOLUTION, weights };
    this.surfaces.takeOccupancy(this.parts.field().core, bits);
    this.labels = new RegionLabels(REGION_RESOLUTION, labels);
    this.kept = list;
    this.stale = true;
    this.renew();
  }

  /** Frees all, with the field that they belong to, once no view uses them. */
  drop(): void {
    this.kept = [];
    this.labels = new RegionLabels(REGION_RESOLUTION);
    this.counts = [];
    this.parts.emitter.emit('regions', { list: [] });
    this.surfaces.drop();
    this.made?.weights.destroy();
    this.made = null;
    this.stale = true;
  }
}
