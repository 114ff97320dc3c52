// What views show of the field, and how they get it: the plain field or a blend of finished styles, marched or from its
// bake. Views are drawn one after another, each of what is shown when its turn comes.

import { Cancelled } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { type Blend, blendOf, middleColour, soleAppearance } from '../nerf/blend.ts';
import type { Appearance, HashNetwork } from '../nerf/field.ts';
import { createRenderTarget, destroyRenderTarget, type Renderer } from '../nerf/renderer.ts';
import type { Backdrop, RenderTarget } from '../nerf/types.ts';
import { pictureFromRgb } from '../scene/picture.ts';
import type { Camera, Picture } from '../scene/types.ts';
import { Baking } from './baking.ts';
import type { Emitter } from './emitter.ts';
import type { FieldResources } from './field-resources.ts';
import type { RenderView } from './measure.ts';
import type { StyledAppearance } from './style-mix.ts';
import { blendOfMixes, PLAIN_MIX, type RegionMixes, type StyleMix } from './style-mix.ts';
import type { BakeReport, RenderChoice, SessionEvents, SessionState } from './types.ts';

/** Of thumbnails, pixels. */
const THUMBNAIL_SIDE = 128;

export interface FieldDisplayParts {
  gpu: Gpu;
  emitter: Emitter<SessionEvents>;
  /** Its style, strength and bake are told here. */
  state: SessionState;
  /** As it is now. */
  backdrop: () => Backdrop;
  /** What the library calls a style. */
  idOf: (style: StyledAppearance) => string;
}

export class FieldDisplay {
  private core: FieldResources | null = null;
  private shownMix: StyleMix = PLAIN_MIX;
  private regionMixes: RegionMixes | null = null;
  private plainBlend: Blend | null = null;
  private shownBlend: Blend | null = null;
  private readonly baking: Baking;
  private turns: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: FieldDisplayParts) {
    this.baking = new Baking(parts.gpu);
  }

  /** Shows another field, plain; null: none. What was shown may go when `settled`. */
  setCore(core: FieldResources | null): void {
    this.core = core;
    this.plainBlend = core && blendOf(core.field.appearance);
    this.regionMixes = null;
    this.show(PLAIN_MIX);
  }

  /** Shows a mix from the next view on. */
  show(mix: StyleMix): void {
    this.shownMix = mix;
    this.renew();
  }

  get mix(): StyleMix {
    return this.shownMix;
  }

  /**
   * Where regions are and what shows in them; null: there are none. Tell again whenever the volume's weights change.
   * @returns whether views change by it
   */
  setRegions(regions: RegionMixes | null): boolean {
    const before = this.shownBlend;
    this.regionMixes = regions;
    this.renew();
    const seen = [before, this.shownBlend].some((blend) => blend?.regions);
    if (seen) this.dropBake();
    return seen;
  }

  /** What is shown: of the field that there is. */
  get blend(): Blend | null {
    return this.shownBlend;
  }

  /** Tells anew what is shown. */
  renew(): void {
    const { core, shownMix: mix, regionMixes, parts } = this;
    this.shownBlend = core && blendOfMixes(core.field.appearance, mix, regionMixes);
    const mixes = [mix, ...(regionMixes?.mixes ?? [])];
    parts.state.style = [...new Set(mixes.flatMap((of) => of?.styles.flatMap(({ style }) => style.names) ?? []))];
    parts.state.strength = mix.strength;
    parts.state.shown = mix.styles.map(({ style, weight }) => ({ id: parts.idOf(style), weight }));
    parts.state.painted = core !== null && soleAppearance(this.shownBlend!) !== core.field.appearance;
    this.tellBake();
  }

  // Views

  /**
   * Calls queue up.
   * @param needCore asked when its turn comes: the field may have gone while it waited
   * @param wantedMix asked then too: in place of what is shown, or null
   */
  render(
    needCore: () => FieldResources,
    camera: Camera,
    target: RenderTarget,
    choice: RenderChoice,
    wantedMix: () => StyleMix | null,
  ): Promise<void> {
    const { original, baked, flat } = choice;
    return this.inTurn(async () => {
      const core = needCore();
      const mix = wantedMix();
      const other = mix && blendOfMixes(core.field.appearance, mix, this.regionMixes);
      const blend = (original ? this.plainBlend : (other ?? this.shownBlend))!;
      const bake = baked ? this.baking.of(blend) : null;
      if (bake) bake.render(camera, target, this.backdrop(blend));
      else await this.renderWith(core.viewRenderer, blend, { flat })(camera, target);
    });
  }

  /** A view of one appearance, in turn; where the field has gone by then, nothing. */
  draw(appearance: Appearance, camera: Camera, target: RenderTarget, how?: { lens?: boolean; flat?: boolean }) {
    return this.inTurn(async () => {
      if (this.core) await this.renderWith(this.core.viewRenderer, blendOf(appearance), how)(camera, target);
    });
  }

  private inTurn(draw: () => Promise<void>): Promise<void> {
    const turn = this.turns.catch(() => undefined).then(draw);
    this.turns = turn;
    return turn;
  }

  /** Draws views of a blend; `flat` hides the direction from its colours, `signal` stops in the middle of a view. */
  renderWith(
    renderer: Renderer,
    blend: Blend,
    how: { lens?: boolean; flat?: boolean; signal?: AbortSignal } = {},
  ): RenderView {
    const { lens = false, flat = false, signal } = how;
    return async (camera, target) => {
      const options = { ...this.backdrop(blend), viewDependent: !flat, lens, signal };
      await renderer.renderBlend(camera, target, blend, options);
    };
  }

  /** In an opaque scene what no ray met has the colour that the others are around. */
  private backdrop(blend: Blend): Backdrop {
    const { background, opaque } = this.parts.backdrop();
    return { background: opaque ? middleColour(blend) : background, opaque };
  }

  /** A small picture of a style by itself, on the first view. */
  async thumbnail({ appearance }: StyledAppearance, camera: Camera): Promise<Picture> {
    const scale = THUMBNAIL_SIDE / Math.max(camera.width, camera.height);
    const [width, height] = [camera.width, camera.height].map((side) => Math.max(1, Math.round(side * scale)));
    const target = createRenderTarget(this.parts.gpu, width, height);
    try {
      await this.draw(appearance, camera, target);
      return pictureFromRgb(await target.rgb.readF32(), width, height);
    } finally {
      destroyRenderTarget(target);
    }
  }

  /** Resolves when no view and no bake is under way that uses what was shown so far. */
  async settled(): Promise<void> {
    await Promise.all([this.turns.catch(() => undefined), this.baking.stop()]);
  }

  /** Frees a network that is shown no more, once nothing uses it. */
  async release(network: HashNetwork): Promise<void> {
    await Promise.all([this.turns.catch(() => undefined), this.baking.uses(network) && this.baking.stop()]);
    network.destroy();
  }

  // The bake

  /** Bakes what is shown, see ImpastoSession.bake. */
  async bake(camera: Camera, options: { signal?: AbortSignal; slow?: boolean }): Promise<BakeReport | null> {
    const { core, shownBlend: blend } = this;
    const { gpu, emitter } = this.parts;
    if (!core || !blend) return null;
    const { kernels, field, buffers, viewRenderer } = core;
    const tell = (fraction: number) =>
      emitter.emit('progress', { task: 'bake', fraction, text: 'baking for fast display' });
    try {
      const report = await this.baking.bake({
        source: { field, blend, kernels, buffers },
        camera,
        marched: (view, target) => this.inTurn(() => this.renderWith(viewRenderer, blend)(view, target)),
        backdrop: this.backdrop(blend),
        slow: options.slow ?? gpu.isSoftware,
        signal: options.signal,
        onProgress: tell,
      });
      this.tellBake();
      // Dropped, or something else shown, between its last slice and now.
      if (!report || !this.baking.of(this.shownBlend ?? blend)) return null;
      emitter.emit('baked', report);
      return report;
    } catch (error) {
      if (error instanceof Cancelled && !options.signal?.aborted) return null;
      throw error;
    } finally {
      tell(1);
    }
  }

  stopBaking(): Promise<void> {
    return this.baking.stop();
  }

  /** Forgets the bake, since the field or what is painted on it changes. */
  dropBake(): void {
    this.baking.drop();
    this.tellBake();
  }

  private tellBake(): void {
    this.parts.state.baked = this.shownBlend && this.baking.reportOf(this.shownBlend);
  }

  destroy(): void {
    this.baking.destroy();
  }
}
