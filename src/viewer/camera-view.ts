// Looking through the scene's own cameras, one after another: the field in the photograph's framing, the photograph
// over it, or where the two differ. Photograph and error are pictures of the training size, laid over the view.

import { renderStill } from '../export/render-path.ts';
import { hasPhotograph } from '../scene/picture.ts';
import type { Camera, View } from '../scene/types.ts';
import type { ImpastoSession } from '../session/types.ts';
import type { PageState } from './page-state.ts';
import type { Store } from './store.ts';
import { overBackground, SCALE_CSS, SCALE_END, viewError } from './view-error.ts';
import type { Viewport } from './viewport/viewport.ts';

/** While the field changes, its error is measured again after so long at the earliest. */
const REMEASURE_MS = 4000;
/** The first photograph dissolves into the field; as long as in the style sheet. */
const FADE_MS = 900;

export interface CameraViewParts {
  session: ImpastoSession;
  store: Store<PageState>;
  viewport: Viewport;
  host: HTMLElement;
  onError(error: unknown): void;
}

export class CameraView {
  private readonly canvas = document.createElement('canvas');
  private readonly caption = document.createElement('div');
  private measuring: Promise<void> | null = null;
  private measuredAt = 0;
  private again = false;
  /** The view whose photograph or error is on the canvas. */
  private laid: View | null = null;
  /** A scene was just opened: its photograph stands in for the field until that is seen. */
  private opening = false;
  /** Which view is on its way; an older flight must not show its photograph. */
  private ticket = 0;

  constructor(private readonly parts: CameraViewParts) {
    const { host, store, session } = parts;
    this.canvas.className = 'over-view';
    this.caption.className = 'camera-view';
    host.append(this.canvas, this.caption);
    this.buildCaption();
    session.on('changed', () => this.fieldChanged());
    store.watch(
      ({ cameraView, training }) => cameraView.index !== null && `${cameraView.show} ${training.trainedPreset}`,
      () => void this.draw(),
    );
    new ResizeObserver(() => this.place()).observe(host);
  }

  /** The views that are stepped through: those learnt from, or those held out. */
  private views(): readonly View[] {
    const { scene } = this.parts.session.state;
    if (!scene) return [];
    return this.parts.store.state.cameraView.heldOut && scene.test.length ? scene.test : scene.train;
  }

  private view(): View | null {
    const { index } = this.parts.store.state.cameraView;
    return index === null ? null : (this.views()[index] ?? null);
  }

  /** The next or previous view; from a free view, the nearest end. */
  async step(by: 1 | -1): Promise<void> {
    const { length } = this.views();
    if (!length) return;
    const { index } = this.parts.store.state.cameraView;
    const next = index === null ? (by > 0 ? 0 : length - 1) : (index + by + length) % length;
    await this.to(next);
  }

  async to(index: number, fly = true): Promise<void> {
    const view = this.views()[index];
    if (!view) return;
    const ticket = ++this.ticket;
    this.canvas.hidden = true;
    // Before there is a field, the photograph is all there is to see.
    this.opening = this.parts.session.state.trainedSteps === 0 && hasPhotograph(view);
    if (this.opening) this.parts.store.update('cameraView', { show: 'photograph' });
    this.parts.store.update('cameraView', { index, name: view.name, count: this.views().length, psnr: null });
    await this.parts.viewport.rig.lookThrough(view.camera, fly);
    if (ticket === this.ticket && this.parts.store.state.cameraView.index !== null) await this.draw();
  }

  show(show: PageState['cameraView']['show']): void {
    this.opening = false;
    this.canvas.classList.remove('leaving');
    this.parts.store.update('cameraView', { show });
  }

  async setHeldOut(heldOut: boolean): Promise<void> {
    this.parts.store.update('cameraView', { heldOut });
    if (this.parts.store.state.cameraView.index !== null) await this.to(0);
  }

  /** A scene's first view: the photograph taken there, so that there is something to see before the field. */
  begin(camera: Camera): void {
    this.parts.store.update('cameraView', { heldOut: false, show: 'field', index: null });
    const index = this.views().findIndex((view) => view.camera === camera);
    if ((this.views()[index]?.picture.width ?? 0) === 0) return;
    void this.to(index, false);
    // Where a field is there already too, the photograph comes first.
    this.opening = true;
    this.parts.store.update('cameraView', { show: 'photograph' });
  }

  /** The field is on the screen: from here on it is what there is to see. */
  fieldShown(): void {
    if (!this.opening) return;
    this.opening = false;
    this.canvas.classList.add('leaving');
    setTimeout(() => {
      if (this.canvas.classList.contains('leaving')) this.parts.store.update('cameraView', { show: 'field' });
      this.canvas.classList.remove('leaving');
    }, FADE_MS);
  }

  /** Back to a free view. */
  leave(): void {
    this.ticket++;
    if (this.opening) this.parts.store.update('cameraView', { show: 'field' });
    this.opening = false;
    this.canvas.hidden = true;
    this.parts.store.update('cameraView', { index: null, psnr: null });
  }

  private fieldChanged(): void {
    const { cameraView, busy } = this.parts.store.state;
    if (cameraView.index === null || (cameraView.show !== 'error' && busy !== 'idle')) return;
    if (performance.now() - this.measuredAt < REMEASURE_MS) {
      // The last change of a training counts as well.
      if (this.again) return;
      this.again = true;
      setTimeout(() => {
        this.again = false;
        this.fieldChanged();
      }, REMEASURE_MS);
      return;
    }
    void this.draw();
  }

  /** Lays the photograph or the error over the view, or takes it away. */
  private async draw(): Promise<void> {
    const { store, session } = this.parts;
    const view = this.view();
    const { show } = store.state.cameraView;
    if (!view || !hasPhotograph(view)) {
      this.canvas.hidden = true;
      return;
    }
    if (show === 'photograph') this.lay(overBackground(view.picture, session.state.background));
    else if (show === 'field') this.canvas.hidden = true;
    if (session.state.trainedSteps === 0 || (show !== 'error' && session.state.busy !== 'idle')) return;
    // One at a time: the one asked for meanwhile sees the newest state.
    while (this.measuring) await this.measuring;
    if (this.view() !== view) return;
    this.measuring = this.measure(view).finally(() => {
      this.measuring = null;
    });
    await this.measuring;
  }

  private async measure(view: View): Promise<void> {
    const { session, store, onError } = this.parts;
    this.measuredAt = performance.now();
    const { width, height } = view.picture;
    try {
      // The plain field: a painting is not meant to be like its photograph.
      const { picture, psnr } = viewError(
        await renderStill(session, view.camera, [width, height], { original: true }),
        overBackground(view.picture, session.state.background),
      );
      if (this.view() !== view) return;
      store.update('cameraView', { psnr });
      if (store.state.cameraView.show === 'error') this.lay(picture);
    } catch (error) {
      onError(error);
    }
  }

  private lay({ width, height, data }: { width: number; height: number; data: Uint8ClampedArray<ArrayBuffer> }): void {
    this.laid = this.view();
    Object.assign(this.canvas, { width, height });
    this.canvas.getContext('2d')?.putImageData(new ImageData(data, width, height), 0, 0);
    this.place();
  }

  /** Over the very pixels of the view that show the same. */
  private place(): void {
    const at = this.parts.viewport.rig.photographPlace();
    const view = this.view();
    this.canvas.hidden = !at || !view || view !== this.laid || this.parts.store.state.cameraView.show === 'field';
    if (!at) return;
    for (const side of ['left', 'top', 'width', 'height'] as const) this.canvas.style[side] = `${at[side]}px`;
  }

  private buildCaption(): void {
    const { store } = this.parts;
    const button = (text: string, label: string, onClick: () => void) => {
      const element = document.createElement('button');
      element.type = 'button';
      element.textContent = text;
      element.setAttribute('aria-label', label);
      element.addEventListener('click', onClick);
      return element;
    };
    const name = document.createElement('span');
    const choice = document.createElement('div');
    choice.className = 'choice';
    const shows = ['field', 'photograph', 'error'] as const;
    const buttons = shows.map((show) => button(show, `show the ${show}`, () => this.show(show)));
    choice.append(...buttons);
    const scale = document.createElement('i');
    scale.style.background = SCALE_CSS;
    scale.dataset.end = SCALE_END;
    this.caption.append(
      button('‹', 'previous camera', () => void this.step(-1)),
      name,
      button('›', 'next camera', () => void this.step(1)),
      choice,
      scale,
    );
    // The picture under it would begin to turn.
    this.caption.addEventListener('pointerdown', (event) => event.stopPropagation());
    store.watch(
      (state) => state.cameraView,
      ({ index, count, psnr, show, heldOut }) => {
        this.caption.hidden = index === null;
        if (index === null) return;
        const which = `${heldOut ? 'held-out ' : ''}camera ${index + 1} of ${count}`;
        name.textContent = which + (psnr === null ? '' : ` · ${psnr.toFixed(1)} dB`);
        for (const [i, each] of buttons.entries()) each.setAttribute('aria-pressed', String(shows[i] === show));
        scale.hidden = show !== 'error';
        // A checkpoint alone has cameras but no photographs.
        for (const each of buttons.slice(1)) each.disabled = !this.view()?.picture.width;
      },
    );
  }
}
