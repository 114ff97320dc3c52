// The picture: the field ray-marched by the engine, three's guides drawn into it, both always from the same pose.
// One loop: move the camera, render the field at the size that the budget gives, pack, present, measure. It asks
// the engine for views and knows nothing of training or styles.

import { PerspectiveCamera, Scene as ThreeScene, Vector3 } from 'three/webgpu';
import { InputError } from '../../errors.ts';
import { sharedCentre } from '../../export/camera-path.ts';
import type { Gpu } from '../../gpu/device.ts';
import { Recorder } from '../../gpu/recorder.ts';
import type { RenderTarget } from '../../nerf/types.ts';
import type { Camera, Picture, Scene } from '../../scene/types.ts';
import { pointAt } from '../../session/regions/lift.ts';
import type { RenderedView } from '../../session/regions/types.ts';
import type { ImpastoSession } from '../../session/types.ts';
import { CameraRig } from './camera-rig.ts';
import { FieldLayer } from './field-layer.ts';
import { FrameBudget, type Size } from './frame-budget.ts';
import { Guides } from './guides.ts';
import { PackedView, ViewPacker } from './packed-view.ts';
import { startingCamera } from './pose.ts';
import { Presenter } from './presenter.ts';
import { RegionTint, type Tints } from './region-tint.ts';

/** What the viewport needs of the engine. */
export type FieldSource = Pick<ImpastoSession, 'createTarget' | 'destroyTarget' | 'render' | 'state' | 'regions'>;

export interface ViewportOptions {
  readBack: boolean;
  antialias: boolean;
  /** Fixed long side of the field's picture, pixels. */
  field?: number;
  budgetMs: number;
  onFrame(frame: { width: number; height: number; ms: number }): void;
  /** Called once for each different failure. */
  onError(error: Error): void;
  /** The view was turned by hand and no longer looks through the camera it was sent to. */
  onTurned(): void;
}

/** Buffers of one size. */
interface Buffers {
  view: RenderTarget;
  /** Made when first needed, for the wipe. */
  original: RenderTarget | null;
  packed: PackedView;
}

/** Sizes whose buffers are kept; the budget switches between few. */
const KEPT_SIZES = 4;
/** While the engine works, the view takes at most one part in this many of the time. */
const WORKING_SHARE = 5;
/** ... but is never older than this, however slow the adapter. */
const MAX_REST_MS = 12_000;
/** A bake that differs more from its field than so many decibels is not shown in its place. */
const FAITHFUL_DB = 25;
/** Pixels on screen at most, whatever the display: more is not seen in a marched field. */
const MAX_LONG_SIDE = 1600;

export class Viewport {
  readonly budget: FrameBudget;
  private readonly three = new ThreeScene();
  readonly rig: CameraRig;
  /** The pose of the field's picture on screen: guides are drawn from it while the other camera moves on. */
  private readonly shownCamera = new PerspectiveCamera();
  private readonly guides = new Guides();
  private readonly buffers = new Map<string, Buffers>();
  private full: Size = { width: 2, height: 2 };
  private shown: Buffers | null = null;
  /** With which it was rendered. */
  private shownFrom: Camera | null = null;
  private tints: Tints | null = null;
  private refinement = 0;
  private lastPose = '';
  private lastFrameEnd = 0;
  private lastFrameMs = 0;
  private stale = true;
  private guidesStale = true;
  private wipeStale = false;
  private hasField = false;
  private guideOptions = { grid: false, gridHeight: 0, cameras: false, gizmo: false };
  private working = false;
  private wipe: number | null = null;
  private stopped = false;
  private lastError = '';
  private restWaiters: (() => void)[] = [];
  private detail = 1;
  private bakedWanted = true;
  private readonly observer: ResizeObserver;
  private readonly loopEnded: Promise<void>;

  private constructor(
    private readonly gpu: Gpu,
    private readonly source: FieldSource,
    private readonly host: HTMLElement,
    private readonly options: ViewportOptions,
    private readonly presenter: Presenter,
    private readonly packer: ViewPacker,
    private readonly layer: FieldLayer,
    private readonly tint: RegionTint,
  ) {
    this.budget = new FrameBudget(options.budgetMs, options.field);
    this.three.add(layer.mesh, this.guides.group);
    host.append(presenter.canvas);
    this.rig = new CameraRig(host, {
      onTurned: () => options.onTurned(),
      onThrough: () => this.setGuides(this.guideOptions),
    });
    host.addEventListener('dblclick', this.onDoubleClick);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(host);
    this.resize();
    this.loopEnded = this.loop();
  }

  static async create(gpu: Gpu, source: FieldSource, host: HTMLElement, options: ViewportOptions): Promise<Viewport> {
    const parts = [Presenter.create(gpu, options), ViewPacker.create(gpu), RegionTint.create(gpu)] as const;
    const [presenter, packer, tint] = await Promise.all(parts);
    return new Viewport(gpu, source, host, options, presenter, packer, new FieldLayer(gpu.device), tint);
  }

  /**
   * A new scene: its cameras as guides, the view of one of them, orbiting round what they look at.
   * @returns that camera
   */
  setScene(scene: Scene): Camera {
    const focus = this.setViews(scene);
    const cameras = scene.train.map((view) => view.camera);
    const camera = startingCamera(cameras, focus);
    this.rig.setHome(cameras, camera, focus);
    this.setField(false);
    this.setGuides(this.guideOptions);
    return camera;
  }

  /** The scene's cameras as guides; nothing else changes. @returns what they look at */
  setViews({ train }: Scene): Vector3 {
    const focus = new Vector3(...sharedCentre(train.map(({ camera }) => camera)));
    this.guides.setViews(train, focus);
    this.setGuides(this.guideOptions);
    return focus;
  }

  /** Whether there is a field worth rendering: before, only guides are drawn. */
  setField(present: boolean): void {
    if (present === this.hasField) return;
    this.hasField = present;
    this.stale = true;
    this.setGuides(this.guideOptions);
    if (present) return;
    this.layer.hide();
    this.shown = null;
  }

  /** The eye turns round what is seen there, from now on; nothing happens where nothing solid is. */
  private readonly onDoubleClick = async ({ target, clientX, clientY }: MouseEvent): Promise<void> => {
    const shown = this.shownView();
    if (!shown || this.host.dataset.tool !== 'turn' || !(target instanceof HTMLCanvasElement)) return;
    const { left, top, width, height } = this.host.getBoundingClientRect();
    const { camera, target: view } = shown;
    const x = Math.min(view.width - 1, Math.floor(((clientX - left) / width) * view.width));
    const y = Math.min(view.height - 1, Math.floor(((clientY - top) / height) * view.height));
    const at = y * view.width + x;
    const [[depth], [opacity]] = await Promise.all([view.depth.read(1, at), view.opacity.read(1, at)]);
    if (opacity > 0.5)
      this.rig.setPivot(new Vector3(...pointAt({ ...camera, distortion: null }, x + 0.5, y + 0.5, depth)));
  };

  /** The field changed: its views are no longer true. */
  invalidate(): void {
    this.stale = true;
  }

  setGuides(options: { grid: boolean; gridHeight: number; cameras: boolean; gizmo: boolean }): void {
    this.guideOptions = options;
    // Until there is a field, the photographs where they were taken are the picture: all of them, or the one.
    this.guides.show({ ...options, cameras: options.cameras || (!this.hasField && !this.rig.looksThrough) });
    this.guidesStale = true;
  }

  /** Share of the width that shows the original, or null for no wipe. */
  setWipe(share: number | null): void {
    if ((share === null) !== (this.wipe === null)) this.stale = true;
    this.wipe = share;
    this.wipeStale = true;
  }

  /** Share of the screen's resolution that still views are refined to. */
  setDetail(detail: number): void {
    if (detail === this.detail) return;
    this.detail = detail;
    this.resize();
  }

  /** Whether the painted field is shown by its bake, where there is one. */
  setBaked(wanted: boolean): void {
    if (wanted === this.bakedWanted) return;
    this.bakedWanted = wanted;
    this.stale = true;
  }

  private get showsBake(): boolean {
    const { baked } = this.source.state;
    return this.bakedWanted && baked !== null && baked.psnr >= FAITHFUL_DB;
  }

  /** Points regions 1..4 out in these tints; null: none. Call again when they changed. */
  setTints(tints: Tints | null): void {
    this.tints = tints;
    this.guidesStale = true;
  }

  /** The field's picture that is on the screen; null where there is none. */
  shownView(): RenderedView | null {
    return this.shown && this.shownFrom && { camera: this.shownFrom, target: this.shown.view };
  }

  /** The engine trains or styles: views are kept small and rare, and are redrawn as the field changes. */
  setWorking(working: boolean): void {
    if (working === this.working) return;
    this.working = working;
    this.stale = true;
  }

  /** Of the view on the screen, pixels. */
  get size(): Readonly<Size> {
    return this.full;
  }

  /** The present view as a camera of the engine, for a picture of another shape than the window's. */
  pose(width: number, height: number): Camera {
    return this.rig.shaped({ width, height });
  }

  /** Resolves when the view is still and as fine as it gets (or as fine as it gets while the engine works). */
  atRest(): Promise<void> {
    return new Promise((resolve) => this.restWaiters.push(resolve));
  }

  /** The composed picture as it is on the screen now. */
  async picture(): Promise<Picture> {
    return await this.presenter.read(this.three, this.shownCamera);
  }

  async destroy(): Promise<void> {
    this.stopped = true;
    await this.loopEnded;
    this.observer.disconnect();
    this.host.removeEventListener('dblclick', this.onDoubleClick);
    this.rig.destroy();
    for (const buffers of this.buffers.values()) this.free(buffers);
    this.layer.destroy();
    this.packer.destroy();
    this.tint.destroy();
    this.presenter.destroy();
    this.presenter.canvas.remove();
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.host;
    if (clientWidth < 2 || clientHeight < 2) return;
    const longSide = Math.max(clientWidth, clientHeight);
    const ratio = Math.min(window.devicePixelRatio, MAX_LONG_SIDE / longSide);
    this.full = { width: Math.round(clientWidth * ratio), height: Math.round(clientHeight * ratio) };
    this.presenter.resize(this.full);
    this.rig.resize(this.full);
    this.stale = true;
  }

  private async loop(): Promise<void> {
    while (!this.stopped) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      this.rig.step(this.lastFrameMs);
      try {
        await this.frame();
      } catch (error) {
        const { message } = error as Error;
        // The field was replaced while its view waited for its turn: nothing is wrong.
        if (error instanceof InputError) {
          this.stale = true;
          continue;
        }
        if (message !== this.lastError) this.options.onError(error as Error);
        this.lastError = message;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }

  private async frame(): Promise<void> {
    const { three } = this.rig;
    const pose = three.matrixWorld.elements.join() + three.projectionMatrix.elements.join();
    const moved = pose !== this.lastPose;
    if (moved || this.stale) this.refinement = 0;
    const target = this.targetSize();
    // A wipe needs the marched field as well.
    const alone = this.wipe === null;
    this.budget.way = this.showsBake && alone ? 'baked' : 'marched';
    const refined =
      this.shown && !this.working ? this.budget.nextRefinement(target, this.shown.view, this.refinement) : null;
    const rest = Math.min(this.lastFrameMs * WORKING_SHARE, MAX_REST_MS);
    const resting = this.working && !moved && performance.now() - this.lastFrameEnd < rest;
    if (this.hasField && (moved || (this.stale && !resting) || (refined !== null && !this.stale))) {
      if (!moved && !this.stale && refined !== null) this.refinement = refined;
      this.lastPose = pose;
      this.stale = false;
      await this.renderField(this.budget.size(target, this.refinement));
    } else if (this.wipeStale || this.guidesStale || (moved && !this.hasField)) {
      this.lastPose = pose;
      if (!this.hasField) this.shownCamera.copy(three);
      await this.compose();
    } else {
      for (const resolve of this.restWaiters.splice(0)) resolve();
    }
  }

  private targetSize(): Size {
    return {
      width: Math.max(2, Math.round(this.full.width * this.detail)),
      height: Math.max(2, Math.round(this.full.height * this.detail)),
    };
  }

  private async renderField(size: Size): Promise<void> {
    const started = performance.now();
    const buffers = this.buffersFor(size);
    const camera = this.rig.engineCamera(size);
    const pose = this.rig.three.clone();
    await this.source.render(camera, buffers.view, { baked: this.showsBake });
    if (this.wipe !== null) {
      buffers.original ??= this.source.createTarget(size.width, size.height);
      await this.source.render(camera, buffers.original, { original: true });
    }
    this.shown = buffers;
    this.shownFrom = camera;
    this.shownCamera.copy(pose);
    await this.compose();
    await this.gpu.idle();
    this.lastFrameMs = performance.now() - started;
    this.lastFrameEnd = performance.now();
    this.budget.measured(size, this.lastFrameMs, this.working);
    this.options.onFrame({ ...size, ms: this.lastFrameMs });
  }

  /** Packs what was rendered, wipe included, and draws it with the guides. Cheap: no ray is marched. */
  private async compose(): Promise<void> {
    this.wipeStale = this.guidesStale = false;
    if (this.shown) {
      const { view, original, packed } = this.shown;
      const rec = new Recorder(this.gpu, 'Viewport.compose');
      const wipe =
        this.wipe !== null && original ? { original, column: Math.round(this.wipe * view.width) } : undefined;
      this.packer.encode(rec, view, packed, wipe);
      const { volume } = this.source.regions;
      if (this.tints && volume && this.shownFrom) {
        const unbounded = this.source.state.scene?.unbounded ?? false;
        this.tint.encode(rec, { camera: this.shownFrom, view }, packed, volume, unbounded, this.tints);
      }
      rec.endPass();
      this.layer.show(rec.encoder, packed);
      rec.submit();
    }
    await this.presenter.present(this.three, this.shownCamera);
  }

  private buffersFor(size: Size): Buffers {
    const key = `${size.width}x${size.height}`;
    const known = this.buffers.get(key);
    // Moved to the end: the map's order is the order of last use.
    if (known) this.buffers.delete(key);
    const buffers: Buffers = known ?? {
      view: this.source.createTarget(size.width, size.height),
      original: null,
      packed: new PackedView(this.gpu.device, size.width, size.height),
    };
    this.buffers.set(key, buffers);
    for (const [oldKey, old] of this.buffers) {
      if (this.buffers.size <= KEPT_SIZES) break;
      if (old === this.shown) continue;
      this.buffers.delete(oldKey);
      this.free(old);
    }
    return buffers;
  }

  private free({ view, original, packed }: Buffers): void {
    this.source.destroyTarget(view);
    if (original) this.source.destroyTarget(original);
    packed.destroy();
  }
}
