// The regions of a session's field: labels and looks on the CPU, weights on the GPU for every view. Where surfaces are is
// gathered from views of the plain field when an edit first asks for it, and kept until the field is trained on.

import { inputError, throwIfAborted } from '../../errors.ts';
import type { Gpu } from '../../gpu/device.ts';
import { Tensor } from '../../gpu/tensor.ts';
import { REGION_COUNT, type RegionVolume } from '../../nerf/blend.ts';
import { createRenderTarget, destroyRenderTarget } from '../../nerf/renderer.ts';
import { fieldFromScene } from '../../nerf/space.ts';
import type { RenderTarget } from '../../nerf/types.ts';
import { evenly } from '../../scene/evenly.ts';
import { pixelOfPoint, resizedCamera } from '../../scene/rays.ts';
import type { Camera, Picture, Scene, View } from '../../scene/types.ts';
import type { Emitter } from '../emitter.ts';
import type { FieldDisplay } from '../field-display.ts';
import type { StyledAppearance } from '../field-file.ts';
import type { FieldResources } from '../field-resources.ts';
import { viewSize } from '../painting.ts';
import { yieldToOthers } from '../slices.ts';
import type { StyleMix } from '../style-mix.ts';
import type { SessionEvents, SessionState, ShownStyles } from '../types.ts';
import { DEFAULT_TOLERANCE, growFrom, shareOut, within } from './grow.ts';
import { type LabelChange, RegionLabels } from './labels.ts';
import { type DepthView, liftView, pointAt, projector } from './lift.ts';
import { nearestOf, zoneOf } from './reach.ts';
import { softWeights } from './soften.ts';
import { cellOfPoint, type Occupancy, type Surface, SurfaceGatherer, seenCells, surfaceAt } from './surface.ts';
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

/** Cells a side of the volume: of the box, a 64th of its half. */
export const REGION_RESOLUTION = 128;
/** Views from which surfaces are gathered, and the long side of their renders: pixels as wide as a cell, or so. */
const VIEWS = 24;
const VIEW_SIDE = 192;
/** Software adapters take seconds for each. */
const SOFTWARE_VIEWS = 14;
const SOFTWARE_VIEW_SIDE = 128;
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

export interface RegionsParts {
  gpu: Gpu;
  emitter: Emitter<SessionEvents>;
  display: FieldDisplay;
  library: {
    mixOf(shown: ShownStyles, present: number): StyleMix;
    idOf(style: StyledAppearance): string;
    stillThere(look: StyleMix): StyleMix;
  };
  /** @throws InputError where there is none */
  field: () => Pick<SessionState, 'scene' | 'trainedSteps' | 'busy'> & { core: FieldResources };
}

/** Where things are in a field, for edits. */
interface Ground {
  core: FieldResources;
  steps: number;
  surface: Surface;
  /** The surface's cell nearest to each cell of the volume. */
  nearest: Int32Array;
}

export class SessionRegions implements Regions {
  private kept: readonly KeptRegion[] = [];
  private labels = new RegionLabels(REGION_RESOLUTION);
  private counts: number[] = [];
  private made: RegionVolume | null = null;
  /** Labels, softness or where matter lies are others than those that the weights were made of. */
  private stale = true;
  private zone: { core: FieldResources; of: Uint8Array } | null = null;
  private ground: Promise<Ground> | null = null;
  private groundOf: { core: FieldResources; steps: number } | null = null;

  constructor(private readonly parts: RegionsParts) {}

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
      weights: Tensor.zeros(this.parts.gpu.device, 'Regions.weights', [REGION_RESOLUTION ** 3], 'u32'),
    };
    if (!this.stale) return this.made;
    this.stale = false;
    const { core, scene } = this.parts.field();
    this.counts = Array.from({ length: 1 + REGION_COUNT }, () => 0);
    for (const label of this.labels.of) this.counts[label]++;
    const cell = (scene?.unbounded ? 4 : 2) / REGION_RESOLUTION;
    const radii = [1, 2, 3, 4].map((id) => (this.kept.find((one) => one.id === id)?.softness ?? 0) / cell);
    const zone = this.zone?.core === core ? this.zone.of : new Uint8Array(this.labels.of.length);
    this.made.weights.write(softWeights(this.labels.of, zone, REGION_RESOLUTION, radii));
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
    this.region(id);
    const { width, height } = view.target;
    const [px, py] = [Math.floor(x), Math.floor(y)];
    if (!(px >= 0 && py >= 0 && px < width && py < height))
      throw inputError('pick', null, `a place in the view of ${width}x${height}`, `${x}, ${y}`);
    const at = py * width + px;
    const [depth] = (await view.target.depth.read(1, at)) as Float32Array;
    const [opacity] = (await view.target.opacity.read(1, at)) as Float32Array;
    if (!(opacity > 0.5)) throw inputError('pick', null, 'a surface there', 'the background');
    const { surface, nearest } = await this.grounded(options.signal);
    const seed = surfaceAt(surface, pointAt(pinhole(view.camera), px + 0.5, py + 0.5, depth));
    if (seed < 0) throw inputError('pick', null, 'a surface that several cameras see', 'none there');
    const costs = growFrom(surface, seed);
    const marking = this.marking(id, nearest, options.erase ?? false);
    const setTolerance = (tolerance: number) => marking.set(within(surface, costs, tolerance));
    setTolerance(options.tolerance ?? DEFAULT_TOLERANCE);
    return { setTolerance, edit: marking.edit };
  }

  async brush(
    id: number,
    view: RenderedView,
    { erase = false, signal }: { erase?: boolean; signal?: AbortSignal } = {},
  ): Promise<BrushStroke> {
    this.region(id);
    const { surface, nearest } = await this.grounded(signal);
    const seen = await readView({ ...view, camera: pinhole(view.camera) });
    const { pixel } = seenCells(surface, seen);
    const { camera, depth, opacity } = seen;
    const marked = new Uint8Array(surface.count);
    const marking = this.marking(id, nearest, erase);
    let added = false;
    const dab = (x: number, y: number, radius: number) => {
      const take = (i: number) => {
        if (i >= 0 && !marked[i]) added = true;
        if (i >= 0) marked[i] = 1;
      };
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
      marking.set(marked);
    };
    return { dab, show, edit: marking.edit };
  }

  async lift(id: number, view: View, mask: Picture, signal?: AbortSignal): Promise<RegionEdit> {
    this.region(id);
    const { surface, nearest, core } = await this.grounded(signal);
    const { width, height } = viewSize(view.camera, MASK_SIDE);
    const camera = resizedCamera(view.camera, width, height);
    const target = createRenderTarget(this.parts.gpu, width, height);
    let seen: DepthView;
    try {
      // The mask lies on the photograph, which the lens has bent.
      await this.parts.display.draw(core.field.appearance, camera, target, { lens: true });
      seen = await readView({ camera, target });
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
      if (!Number.isNaN(pixel[2 * i]))
        seeds[i] = isWhite(mask, pixel[2 * i] / width, pixel[2 * i + 1] / height) ? 1 : 2;
    }
    const sides = shareOut(surface, seeds);
    const marking = this.marking(id, nearest, false);
    marking.set(sides.map((side) => (side === 1 ? 1 : 0)));
    return marking.edit;
  }

  async seenIn(view: RenderedView): Promise<Float32Array> {
    const seen = await readView({ ...view, camera: pinhole(view.camera) });
    const { unbounded } = this.parts.field().scene!;
    const points = liftView(seen);
    const { width, height } = view.target;
    const out = new Float32Array(4 * width * height);
    if (!this.volume) return out;
    const bytes = new Uint8Array((await this.volume.weights.read()).buffer);
    for (let i = 0; i < width * height; i++) {
      if (Number.isNaN(points[3 * i])) continue;
      const q = fieldFromScene([points[3 * i], points[3 * i + 1], points[3 * i + 2]], unbounded);
      const cell = cellOfPoint(q, REGION_RESOLUTION);
      for (let r = 0; r < 4; r++) out[4 * i + r] = bytes[4 * cell + r] / 255;
    }
    return out;
  }

  /**
   * Cells of the surface that are marked, and all of the volume that goes with them, join a region or leave it. Each set
   * takes the place of the one before.
   */
  private marking(
    id: number,
    nearest: Int32Array,
    erase: boolean,
  ): { set(marked: Uint8Array): void; edit: RegionEdit } {
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

  // Where surfaces are

  /** Gathers surfaces where that was not done yet, so that the first edit is quick. */
  async prepare(signal?: AbortSignal): Promise<void> {
    await this.grounded(signal);
  }

  private async grounded(signal?: AbortSignal): Promise<Ground> {
    const { core, trainedSteps: steps, busy } = this.parts.field();
    if (busy === 'training') throw inputError('regions', null, 'no training under way', 'training');
    if (this.groundOf?.core !== core || this.groundOf.steps !== steps || !this.ground) {
      this.groundOf = { core, steps };
      const made = this.gather(core, steps, signal);
      this.ground = made;
      // Cancelled or failed: the next one tries anew.
      made.catch(() => {
        if (this.ground === made) this.ground = null;
      });
    }
    return await this.ground;
  }

  private async gather(core: FieldResources, steps: number, signal?: AbortSignal): Promise<Ground> {
    const { gpu, display, emitter, field } = this.parts;
    const scene: Scene = field().scene!;
    const [count, side] = gpu.isSoftware ? [SOFTWARE_VIEWS, SOFTWARE_VIEW_SIDE] : [VIEWS, VIEW_SIDE];
    const occupancy: Occupancy = {
      resolution: core.field.config.occupancyResolution,
      bits: (await core.field.occupancyBits.read()) as Uint32Array,
    };
    const gatherer = new SurfaceGatherer(REGION_RESOLUTION, scene.unbounded, occupancy);
    const cameras = evenly(scene.train, count, 'firsts').map(({ camera }) => camera);
    const tell = (done: number) => {
      const text = `surfaces in view ${done} of ${cameras.length}`;
      emitter.emit('progress', { task: 'regions', fraction: done / cameras.length, text });
    };
    const targets = new Map<string, RenderTarget>();
    try {
      for (const [i, full] of cameras.entries()) {
        throwIfAborted(signal);
        if (field().core !== core) throw inputError('regions', null, 'the field to stay', 'another');
        tell(i);
        const { width, height } = viewSize(full, side);
        const camera: Camera = { ...resizedCamera(full, width, height), distortion: null };
        const key = `${width}x${height}`;
        const target = targets.get(key) ?? createRenderTarget(gpu, width, height);
        targets.set(key, target);
        await display.draw(core.field.appearance, camera, target, { flat: true });
        gatherer.add({ ...(await readView({ camera, target })), rgb: await target.rgb.readF32() });
        await yieldToOthers();
      }
    } finally {
      for (const target of targets.values()) destroyRenderTarget(target);
      tell(cameras.length);
    }
    const surface = gatherer.finish();
    await yieldToOthers();
    const zone = zoneOf(occupancy, REGION_RESOLUTION);
    this.zone = { core, of: zone };
    this.stale = true;
    await yieldToOthers();
    return { core, steps, surface, nearest: nearestOf(surface, zone) };
  }

  // Files, and the end

  /** What is to be kept of them; null where there are none. */
  toKeep(): KeptRegions | null {
    return this.kept.length ? { resolution: REGION_RESOLUTION, labels: this.labels.of, list: this.kept } : null;
  }

  /**
   * Takes regions that were kept, with their styles as the library has them.
   * @param bits of the field's occupancy grid
   */
  take({ labels, list }: KeptRegions, bits: Uint32Array): void {
    const { core } = this.parts.field();
    this.zone = { core, of: zoneOf({ resolution: core.field.config.occupancyResolution, bits }, REGION_RESOLUTION) };
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
    this.zone = this.ground = this.groundOf = null;
    this.made?.weights.destroy();
    this.made = null;
    this.stale = true;
  }
}

/** Long side of the render on which a mask is lifted, pixels. */
const MASK_SIDE = 256;

/** As views are shown, whatever lens took the photograph. */
const pinhole = (camera: Camera): Camera => ({ ...camera, distortion: null });

async function readView({ camera, target }: RenderedView): Promise<DepthView> {
  return { camera, depth: await target.depth.readF32(), opacity: await target.opacity.readF32() };
}

/** At a place 0..1 of the mask. Transparent is black. */
function isWhite({ width, height, data }: Picture, x: number, y: number): boolean {
  const at = 4 * (Math.min(height - 1, Math.floor(y * height)) * width + Math.min(width - 1, Math.floor(x * width)));
  const luma = 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
  return luma * (data[at + 3] / 255) > 127.5;
}
