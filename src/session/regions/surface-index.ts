// Where the surfaces of a session's field are, for edits: gathered from views of the plain field when an edit first asks
// for it, and kept until the field is trained on.

import { inputError, throwIfAborted } from '../../errors.ts';
import type { Gpu } from '../../gpu/device.ts';
import { createRenderTarget, destroyRenderTarget } from '../../nerf/renderer.ts';
import type { RenderTarget } from '../../nerf/types.ts';
import { evenly } from '../../scene/evenly.ts';
import { resizedCamera } from '../../scene/rays.ts';
import type { Camera, Scene } from '../../scene/types.ts';
import type { Emitter } from '../emitter.ts';
import type { FieldDisplay } from '../field-display.ts';
import type { FieldResources } from '../field-resources.ts';
import { viewSize } from '../painting.ts';
import { yieldToOthers } from '../slices.ts';
import type { SessionEvents, SessionState } from '../types.ts';
import type { DepthView } from './lift.ts';
import { nearestOf, zoneOf } from './reach.ts';
import { type Occupancy, type Surface, SurfaceGatherer } from './surface.ts';
import type { RenderedView } from './types.ts';

/** Cells a side of the volume: of the box, a 64th of its half. */
export const REGION_RESOLUTION = 128;
/** Views from which surfaces are gathered, and the long side of their renders: pixels as wide as a cell, or so. */
const VIEWS = 24;
const VIEW_SIDE = 192;
/** Software adapters take seconds for each. */
const SOFTWARE_VIEWS = 14;
const SOFTWARE_VIEW_SIDE = 128;

export interface SurfaceParts {
  gpu: Gpu;
  emitter: Emitter<SessionEvents>;
  display: FieldDisplay;
  /** @throws InputError where there is none */
  field: () => Pick<SessionState, 'scene' | 'trainedSteps' | 'busy'> & { core: FieldResources };
}

/** Where things are in a field. */
export interface SurfaceIndex {
  surface: Surface;
  /** The surface's cell nearest to each cell of the volume. */
  nearest: Int32Array;
}

export class SurfaceIndexer {
  private zone: { core: FieldResources; of: Uint8Array } | null = null;
  private index: Promise<SurfaceIndex> | null = null;
  private indexOf: { core: FieldResources; steps: number } | null = null;

  /** @param onZone is told when it is known anew which cells may hold something */
  constructor(
    private readonly parts: SurfaceParts,
    private readonly onZone: () => void,
  ) {}

  /** Cells of the volume that may hold something; none as long as that is not known. [resolution^3] */
  zoneOf(core: FieldResources): Uint8Array {
    return this.zone?.core === core ? this.zone.of : new Uint8Array(REGION_RESOLUTION ** 3);
  }

  /** @param bits of the field's occupancy grid */
  takeOccupancy(core: FieldResources, bits: Uint32Array): void {
    const resolution = core.field.config.occupancyResolution;
    this.zone = { core, of: zoneOf({ resolution, bits }, REGION_RESOLUTION) };
    this.onZone();
  }

  async get(signal?: AbortSignal): Promise<SurfaceIndex> {
    const { core, trainedSteps: steps, busy } = this.parts.field();
    if (busy === 'training') throw inputError('regions', null, 'no training under way', 'training');
    if (this.indexOf?.core !== core || this.indexOf.steps !== steps || !this.index) {
      this.indexOf = { core, steps };
      const made = this.gather(core, signal);
      this.index = made;
      // Cancelled or failed: the next one tries anew.
      made.catch(() => {
        if (this.index === made) this.index = null;
      });
    }
    return await this.index;
  }

  private async gather(core: FieldResources, signal?: AbortSignal): Promise<SurfaceIndex> {
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
        gatherer.add({ ...(await readDepth({ camera, target })), rgb: await target.rgb.readF32() });
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
    this.onZone();
    await yieldToOthers();
    return { surface, nearest: nearestOf(surface, zone) };
  }

  drop(): void {
    this.zone = this.index = this.indexOf = null;
  }
}

export async function readDepth({ camera, target }: RenderedView): Promise<DepthView> {
  return { camera, depth: await target.depth.readF32(), opacity: await target.opacity.readF32() };
}
