// The field as an object of anybody's three scene: drawn by the session at a size that the time allows, laid over the
// screen with its own depth, so that meshes stand in it, before it and behind it.
//
//   const field = new FieldMesh(session);
//   scene.add(field);
//   for (;;) renderer.render(scene, await field.update(camera, renderer));
//
// A view takes longer than a frame of meshes may: `update` gives back the camera whose view it is, and all else that is
// drawn from that one coincides. Without `update` the mesh follows the camera by itself, a view behind while it moves.

import {
  Mesh,
  type Object3DEventMap,
  PerspectiveCamera,
  PlaneGeometry,
  Vector2,
  type WebGPURenderer,
} from 'three/webgpu';
import { InputError } from '../errors.ts';
import { type PackedView, ViewPacker } from '../export/packed-view.ts';
import { Recorder } from '../gpu/recorder.ts';
import type { Camera, Distortion } from '../scene/types.ts';
import type { ImpastoSession } from '../session/types.ts';
import { fieldCamera, poseInField } from './field-camera.ts';
import { FieldMaterial } from './field-material.ts';
import { type FieldView, FieldViews } from './field-views.ts';
import { FrameBudget, type Size } from './frame-budget.ts';

/** What the mesh needs of a session. */
export type FieldSource = Pick<ImpastoSession, 'gpu' | 'state' | 'on' | 'createTarget' | 'destroyTarget' | 'render'>;

export interface FieldMeshOptions {
  /** Milliseconds that a view may take while the camera moves. Default 33, on a software adapter 300. */
  budgetMs?: number;
  /** Fixed long side of the field's picture, pixels: the size policy is switched off. */
  longSide?: number;
  /** What is empty shows what is behind the field, not its white or black. Default false. */
  seeThrough?: boolean;
}

/** A rendered view, before three has it. */
export interface RenderedField {
  camera: Camera;
  view: FieldView['view'];
  packed: PackedView;
}

export interface UpdateOptions {
  /** Bends the view as this lens bends; meshes are not bent. */
  lens?: Distortion | null;
  /** Draws the host's scene from the camera given: its time counts as the view's. Called when there is anything new. */
  present?: (shown: PerspectiveCamera) => Promise<void>;
}

/** While the engine works, views take at most one part in this many of the time. */
const WORKING_SHARE = 5;
/** ... but none is ever older than this, however slow the adapter. */
const MAX_REST_MS = 12_000;
/** A bake that differs more from its field than so many decibels is not shown in its place. */
const FAITHFUL_DB = 25;
const BUDGET_MS = { hardware: 33, software: 300 };
const BACKDROPS = { white: [1, 1, 1], black: [0, 0, 0] } as const;

export interface FieldMeshEvents extends Object3DEventMap {
  /** A view was drawn: pixels, and milliseconds that it took. Where the mesh follows by itself, time to render again. */
  view: { width: number; height: number; ms: number };
}

export class FieldMesh extends Mesh<PlaneGeometry, FieldMaterial, FieldMeshEvents> {
  /** How large views are, and how long they may take. */
  readonly budget: FrameBudget;
  /** Whether a painted field is shown by its bake, where there is one that is near enough to it. */
  baked = true;
  /** Draws into the packed view before it is shown. `recompose` when what it draws changed. */
  overlay: ((rec: Recorder, rendered: RenderedField) => void) | null = null;
  private readonly seeThrough: boolean;
  private readonly views: FieldViews;
  private readonly unsubscribe: () => void;
  private readonly shownCamera = new PerspectiveCamera();
  private shown: FieldView | null = null;
  /** With which it was rendered, and a unit of the field in the world's. */
  private shownFrom: Camera | null = null;
  private unit = 1;
  private wipe: number | null = null;
  private stale = true;
  private uncomposed = false;
  private refinement = 0;
  private lastPose = '';
  private lastMs = 0;
  private lastEnd = 0;
  private wasWorking = false;
  private automatic = true;
  private updating: Promise<PerspectiveCamera> | null = null;
  private readonly drawingSize = new Vector2();

  /** @param source the session whose field this is, on the device of the renderer that will draw the mesh */
  constructor(
    private readonly source: FieldSource,
    { budgetMs, longSide, seeThrough = false }: FieldMeshOptions = {},
  ) {
    const { gpu } = source;
    super(new PlaneGeometry(2, 2), new FieldMaterial(gpu.device, seeThrough));
    this.name = 'FieldMesh';
    this.budget = new FrameBudget(budgetMs ?? (gpu.isSoftware ? BUDGET_MS.software : BUDGET_MS.hardware), longSide);
    this.seeThrough = seeThrough;
    this.views = new FieldViews(source);
    const stops = [source.on('changed', () => this.invalidate()), source.on('baked', () => this.invalidate())];
    this.unsubscribe = () => {
      for (const stop of stops) stop();
    };
    this.frustumCulled = false;
    this.renderOrder = -1;
    // Nothing is drawn before there is a view; three goes on asking.
    this.geometry.setDrawRange(0, 0);
    this.onBeforeRender = (renderer, _scene, camera) => {
      if (!this.automatic || this.updating || !(camera instanceof PerspectiveCamera)) return;
      this.follow(camera, this.sizeOf(renderer as unknown as WebGPURenderer), {}).catch(console.error);
    };
  }

  /** Fills the screen, and is hit by no ray of three's. */
  override raycast(): void {}

  /**
   * Draws the field as the camera sees it, where that is due: it moved, the field changed, or a still view can be finer.
   * @param screen what is drawn into, or its size in pixels
   * @returns the camera to draw the scene with: the one whose view the mesh has
   */
  async update(
    camera: PerspectiveCamera,
    screen: Size | WebGPURenderer,
    options: UpdateOptions = {},
  ): Promise<PerspectiveCamera> {
    this.automatic = false;
    return await this.follow(camera, 'domElement' in screen ? this.sizeOf(screen) : screen, options);
  }

  /** The field changed: its views are no longer true. */
  invalidate(): void {
    this.stale = true;
  }

  /** What lies over the view changed: it is packed again from what was rendered. */
  recompose(): void {
    this.uncomposed = true;
  }

  /** Share of the width, from the left, that shows the field without its style; null for none of it. */
  setWipe(share: number | null): void {
    if ((share === null) !== (this.wipe === null)) this.stale = true;
    this.wipe = share;
    this.uncomposed = true;
  }

  /** What is on the mesh; null: nothing yet. */
  get rendered(): RenderedField | null {
    return this.shown && this.shownFrom && { ...this.shown, camera: this.shownFrom };
  }

  /** Shows nothing until a view is drawn anew. */
  forget(): void {
    this.shown = null;
    this.stale = true;
    this.geometry.setDrawRange(0, 0);
  }

  private sizeOf(renderer: WebGPURenderer): Size {
    const { x: width, y: height } = renderer.getDrawingBufferSize(this.drawingSize);
    return { width: Math.max(2, width), height: Math.max(2, height) };
  }

  /** One view at a time: who asks meanwhile waits for the same. */
  private follow(camera: PerspectiveCamera, full: Size, options: UpdateOptions): Promise<PerspectiveCamera> {
    this.updating ??= this.next(camera, full, options).finally(() => {
      this.updating = null;
    });
    return this.updating;
  }

  private async next(camera: PerspectiveCamera, full: Size, options: UpdateOptions): Promise<PerspectiveCamera> {
    camera.updateWorldMatrix(true, false);
    this.updateWorldMatrix(true, false);
    const matrices = [camera.matrixWorld, camera.projectionMatrix, this.matrixWorld];
    const pose = matrices.map(({ elements }) => elements.join()).join();
    const size = this.due(pose, full);
    if (!size) {
      if (this.uncomposed && this.shown) {
        await this.compose();
        await options.present?.(this.shownCamera);
      } else if (!this.shown) copyPose(this.shownCamera, camera);
      return this.shownCamera;
    }
    const started = performance.now();
    try {
      await this.draw(camera, size, options.lens ?? null);
    } catch (error) {
      // There is no field, or it was replaced while its view waited for its turn: another will say so.
      if (!(error instanceof InputError)) throw error;
      if (!this.shown) copyPose(this.shownCamera, camera);
      return this.shownCamera;
    }
    await this.compose();
    await options.present?.(this.shownCamera);
    await this.source.gpu.idle();
    this.lastEnd = performance.now();
    this.lastMs = this.lastEnd - started;
    this.budget.measured(size, this.lastMs, this.working);
    this.dispatchEvent({ type: 'view', ...size, ms: this.lastMs });
    return this.shownCamera;
  }

  private get working(): boolean {
    const { busy } = this.source.state;
    return busy === 'training' || busy === 'stylizing';
  }

  private get showsBake(): boolean {
    const { baked } = this.source.state;
    return this.baked && baked !== null && baked.psnr >= FAITHFUL_DB;
  }

  /** The size of the view that is to be drawn now; null: none is. */
  private due(pose: string, full: Size): Size | null {
    const { working } = this;
    if (working !== this.wasWorking) this.stale = true;
    this.wasWorking = working;
    const moved = pose !== this.lastPose;
    if (moved || this.stale) this.refinement = 0;
    // A wipe needs the marched field as well.
    this.budget.way = this.showsBake && this.wipe === null ? 'baked' : 'marched';
    const finer = this.shown && !working ? this.budget.nextRefinement(full, this.shown.view, this.refinement) : null;
    const rest = Math.min(this.lastMs * WORKING_SHARE, MAX_REST_MS);
    const resting = working && !moved && performance.now() - this.lastEnd < rest;
    if (!moved && (!this.stale || resting) && (finer === null || this.stale)) return null;
    if (!moved && !this.stale) this.refinement = finer!;
    this.lastPose = pose;
    this.stale = false;
    return this.budget.size(full, this.refinement);
  }

  private async draw(camera: PerspectiveCamera, size: Size, lens: Distortion | null): Promise<void> {
    const pose = copyPose(new PerspectiveCamera(), camera);
    const { cameraToField, unit } = poseInField(camera.matrixWorld, this.matrixWorld);
    const from = fieldCamera(cameraToField, camera, size.width, size.height, lens);
    const views = this.views.of(size, this.shown);
    await this.source.render(from, views.view, { baked: this.showsBake });
    if (this.wipe !== null) await this.source.render(from, this.views.originalOf(views), { original: true });
    this.shown = views;
    this.shownFrom = from;
    this.unit = unit;
    copyPose(this.shownCamera, pose);
  }

  /** Packs what was rendered, wipe and overlay included. Cheap: no ray is marched. */
  private async compose(): Promise<void> {
    const packer = await ViewPacker.of(this.source.gpu);
    this.uncomposed = false;
    const { rendered, source, wipe } = this;
    if (!rendered) return;
    const { view, packed } = rendered;
    const { original } = this.shown!;
    const rec = new Recorder(source.gpu, 'FieldMesh.compose');
    packer.encode(rec, view, packed, {
      alpha: this.seeThrough,
      ...(wipe !== null && original && { wipe: { original, column: Math.round(wipe * view.width) } }),
    });
    this.overlay?.(rec, rendered);
    const { scene, background } = source.state;
    rec.endPass();
    this.material.take(rec.encoder, packed, this.unit, scene?.hasAlpha === false ? null : BACKDROPS[background]);
    rec.submit();
    this.geometry.setDrawRange(0, Number.POSITIVE_INFINITY);
  }

  /** Frees what the mesh has on the GPU, once the view under way is done. The session stays. */
  override dispose(): void {
    this.automatic = false;
    this.unsubscribe();
    const free = () => {
      super.dispose();
      this.views.destroy();
      this.geometry.dispose();
      this.material.dispose();
    };
    if (this.updating) void this.updating.then(free, free);
    else free();
  }
}

/** Pose and lens of another camera, wherever in the scene that one hangs. */
function copyPose(to: PerspectiveCamera, from: PerspectiveCamera): PerspectiveCamera {
  to.copy(from, false);
  from.matrixWorld.decompose(to.position, to.quaternion, to.scale);
  to.updateMatrixWorld();
  return to;
}
