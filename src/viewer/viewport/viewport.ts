// The picture: the field ray-marched by the engine, three's guides drawn into it, both always from the same pose.
// One loop: move the camera, render the field at the size that the budget gives, pack, present, measure. It asks
// the engine for views and knows nothing of training or styles.

import { PerspectiveCamera, Scene as ThreeScene, Vector3 } from 'three/webgpu';
import { sharedCentre } from '../../export/camera-path.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { Camera, Picture, Scene } from '../../scene/types.ts';
import { pointAt } from '../../session/regions/lift.ts';
import type { RenderedView } from '../../session/regions/types.ts';
import type { ImpastoSession } from '../../session/types.ts';
import { FieldMesh } from '../../three/field-mesh.ts';
import type { FrameBudget, Size } from '../../three/frame-budget.ts';
import { CameraRig } from './camera-rig.ts';
import { Guides } from './guides.ts';
import { startingCamera } from './pose.ts';
import { Presenter } from './presenter.ts';
import { RegionTint, type Tints } from './region-tint.ts';

/** What the viewport needs of the engine. */
export type FieldSource = ConstructorParameters<typeof FieldMesh>[0] & Pick<ImpastoSession, 'regions'>;

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

/** Pixels on screen at most, whatever the display: more is not seen in a marched field. */
const MAX_LONG_SIDE = 1600;

export class Viewport {
  readonly budget: FrameBudget;
  private readonly field: FieldMesh;
  private readonly three = new ThreeScene();
  readonly rig: CameraRig;
  /** The pose of the field's picture on screen: guides are drawn from it while the other camera moves on. */
  private readonly shownCamera = new PerspectiveCamera();
  private readonly guides = new Guides();
  private full: Size = { width: 2, height: 2 };
  private tints: Tints | null = null;
  private lastPose = '';
  private lastFrameMs = 0;
  private guidesStale = true;
  private hasField = false;
  private guideOptions = { grid: false, gridHeight: 0, cameras: false, gizmo: false };
  private stopped = false;
  private lastError = '';
  private restWaiters: (() => void)[] = [];
  private detail = 1;
  private readonly observer: ResizeObserver;
  private readonly loopEnded: Promise<void>;

  private constructor(
    source: FieldSource,
    private readonly host: HTMLElement,
    private readonly options: ViewportOptions,
    private readonly presenter: Presenter,
    private readonly tint: RegionTint,
  ) {
    const { budgetMs, field: longSide } = options;
    this.field = new FieldMesh(source, { budgetMs, longSide });
    this.field.visible = false;
    this.field.overlay = (rec, rendered) => {
      const { volume } = source.regions;
      if (!this.tints || !volume) return;
      tint.encode(rec, rendered, volume, source.state.scene?.unbounded ?? false, this.tints);
    };
    this.field.addEventListener('view', ({ width, height, ms }) => {
      this.lastFrameMs = ms;
      options.onFrame({ width, height, ms });
    });
    this.budget = this.field.budget;
    this.three.add(this.field, this.guides.group);
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
    const [presenter, tint] = await Promise.all([Presenter.create(gpu, options), RegionTint.create(gpu)]);
    return new Viewport(source, host, options, presenter, tint);
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
    this.hasField = this.field.visible = present;
    this.field.forget();
    this.setGuides(this.guideOptions);
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
    this.field.invalidate();
  }

  setGuides(options: { grid: boolean; gridHeight: number; cameras: boolean; gizmo: boolean }): void {
    this.guideOptions = options;
    // Until there is a field, the photographs where they were taken are the picture: all of them, or the one.
    this.guides.show({ ...options, cameras: options.cameras || (!this.hasField && !this.rig.looksThrough) });
    this.guidesStale = true;
  }

  /** Share of the width that shows the original, or null for no wipe. */
  setWipe(share: number | null): void {
    this.field.setWipe(share);
  }

  /** Share of the screen's resolution that still views are refined to. */
  setDetail(detail: number): void {
    if (detail === this.detail) return;
    this.detail = detail;
    this.resize();
  }

  /** Whether the painted field is shown by its bake, where there is one. */
  setBaked(wanted: boolean): void {
    if (wanted === this.field.baked) return;
    this.field.baked = wanted;
    this.invalidate();
  }

  /** Points regions 1..4 out in these tints; null: none. Call again when they changed. */
  setTints(tints: Tints | null): void {
    this.tints = tints;
    this.field.recompose();
  }

  /** The field's picture that is on the screen; null where there is none. */
  shownView(): RenderedView | null {
    const { rendered } = this.field;
    return rendered && { camera: rendered.camera, target: rendered.view };
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
    this.field.dispose();
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
    this.invalidate();
  }

  private async loop(): Promise<void> {
    while (!this.stopped) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      this.rig.step(this.lastFrameMs);
      try {
        await this.frame();
      } catch (error) {
        const { message } = error as Error;
        if (message !== this.lastError) this.options.onError(error as Error);
        this.lastError = message;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }

  private async frame(): Promise<void> {
    const { three, lens } = this.rig;
    const pose = three.matrixWorld.elements.join() + three.projectionMatrix.elements.join();
    const moved = pose !== this.lastPose;
    this.lastPose = pose;
    let presented = false;
    const present = async (from: PerspectiveCamera) => {
      presented = true;
      this.shownCamera.copy(from);
      this.guidesStale = false;
      await this.presenter.present(this.three, this.shownCamera);
    };
    if (this.hasField) await this.field.update(three, this.targetSize(), { lens, present });
    if (presented) return;
    if (this.guidesStale || (moved && !this.hasField)) await present(this.hasField ? this.shownCamera : three);
    else for (const resolve of this.restWaiters.splice(0)) resolve();
  }

  private targetSize(): Size {
    return {
      width: Math.max(2, Math.round(this.full.width * this.detail)),
      height: Math.max(2, Math.round(this.full.height * this.detail)),
    };
  }
}
