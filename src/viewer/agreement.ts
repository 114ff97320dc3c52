// How well the view agrees with its neighbour, laid over it: once the view stands still, it and the nearest training
// camera's view are drawn small, one is warped to the other by depth, and the difference is shown as a heat map. One
// at a time, so that the page never waits for it.

import type { ConsistencyFrame } from '../metrics/consistency.ts';
import { cameraAtSize } from '../nerf/camera-buffer.ts';
import type { Camera } from '../scene/types.ts';
import { quantised } from '../session/measure.ts';
import type { ImpastoSession } from '../session/types.ts';
import { agreementPicture, neighbourOf } from './agreement-picture.ts';
import type { PageState } from './page-state.ts';
import type { Store } from './store.ts';
import { SCALE_CSS, SCALE_END } from './view-error.ts';
import type { Viewport } from './viewport/viewport.ts';

/** Long side of both pictures, pixels: what a software adapter and the warping on the CPU manage at once. */
const SIDE = { hardware: 400, software: 160 };
/** How often the view is looked at: it stands when it was the same twice. */
const LOOK_MS = 150;
/** While the engine works, at most one part in so many of the time is taken. */
const WORKING_SHARE = 6;

export interface AgreementParts {
  session: ImpastoSession;
  store: Store<PageState>;
  viewport: Viewport;
  host: HTMLElement;
  onError(error: unknown): void;
}

export class Agreement {
  private readonly canvas = document.createElement('canvas');
  private readonly caption = document.createElement('div');
  /** The present watch; an older one ends when it sees another. */
  private watch = 0;
  private stale = true;

  constructor(private readonly parts: AgreementParts) {
    const { host, store, session } = parts;
    this.canvas.className = 'over-view agreement';
    this.canvas.hidden = true;
    this.buildCaption();
    host.append(this.canvas, this.caption);
    session.on('changed', () => {
      this.stale = true;
    });
    store.watch(
      (state) => state.agreement.on,
      (on) => {
        this.watch++;
        this.canvas.hidden = true;
        if (on) void this.follow(this.watch);
      },
    );
  }

  private async follow(watch: number): Promise<void> {
    const { store, viewport, session, onError } = this.parts;
    let [seen, measured] = ['', ''];
    let rest = LOOK_MS;
    while (watch === this.watch) {
      const { width, height } = this.size();
      const camera = { ...viewport.pose(width, height), distortion: null };
      const pose = JSON.stringify(camera);
      const stands = pose === seen;
      seen = pose;
      if (!stands) {
        this.canvas.hidden = true;
        if (store.state.agreement.beside !== null) store.update('agreement', { beside: null, rmse: null });
      } else if (pose !== measured || this.stale) {
        const began = performance.now();
        try {
          if (session.state.trainedSteps > 0 && (await this.measure(camera, watch))) measured = pose;
        } catch (error) {
          // The field was replaced meanwhile: the next look will do.
          onError(error);
        }
        const took = performance.now() - began;
        rest = store.state.busy === 'idle' ? LOOK_MS : Math.max(LOOK_MS, WORKING_SHARE * took);
      }
      await new Promise((resolve) => setTimeout(resolve, rest));
    }
  }

  /** @returns whether it is on the screen: the view may have been turned meanwhile */
  private async measure(camera: Camera, watch: number): Promise<boolean> {
    const { session, store, viewport } = this.parts;
    const views = session.state.scene?.train ?? [];
    const index = neighbourOf(
      camera,
      views.map((view) => view.camera),
    );
    if (index === null) {
      store.update('agreement', { beside: null, rmse: null });
      return true;
    }
    this.stale = false;
    const { width, height } = fitted(views[index].camera, Math.max(camera.width, camera.height));
    const view = await this.frame(camera);
    const neighbour = await this.frame(cameraAtSize(views[index].camera, width, height));
    const now = { ...viewport.pose(camera.width, camera.height), distortion: null };
    if (watch !== this.watch || JSON.stringify(now) !== JSON.stringify(camera)) return false;
    const { picture, rmse, share } = agreementPicture(view, neighbour);
    Object.assign(this.canvas, { width: picture.width, height: picture.height });
    this.canvas.getContext('2d')?.putImageData(new ImageData(picture.data, picture.width, picture.height), 0, 0);
    this.canvas.hidden = false;
    store.update('agreement', { beside: index, rmse: Number.isFinite(rmse) ? rmse : null, share });
    return true;
  }

  private async frame(camera: Camera): Promise<ConsistencyFrame> {
    const { session } = this.parts;
    const target = session.createTarget(camera.width, camera.height);
    try {
      await session.render(camera, target);
      const { rgb, depth, opacity } = target;
      const [colours, z, solid] = await Promise.all([rgb.readF32(), depth.readF32(), opacity.readF32()]);
      return { rgb: quantised(colours), depth: z, opacity: solid, camera };
    } finally {
      session.destroyTarget(target);
    }
  }

  /** Of the window's shape. */
  private size(): { width: number; height: number } {
    const { clientWidth: width, clientHeight: height } = this.parts.host;
    return fitted({ width, height }, this.parts.store.state.software ? SIDE.software : SIDE.hardware);
  }

  private buildCaption(): void {
    const { store } = this.parts;
    this.caption.className = 'camera-view agreement';
    const text = document.createElement('span');
    const scale = document.createElement('i');
    scale.style.background = SCALE_CSS;
    scale.dataset.end = SCALE_END;
    this.caption.append(text, scale);
    this.caption.addEventListener('pointerdown', (event) => event.stopPropagation());
    store.watch(
      (state) => state.agreement,
      ({ on, beside, rmse, share }) => {
        this.caption.hidden = !on;
        text.textContent = words(beside, rmse, share);
      },
    );
  }
}

function words(beside: number | null, rmse: number | null, share: number): string {
  if (beside === null) return 'against the nearest camera, once the view stands still';
  const seen = `${Math.round(100 * share)} % seen by both`;
  if (rmse === null) return `camera ${beside + 1} sees nothing of this view`;
  return `against camera ${beside + 1}, warped here by depth: RMSE ${rmse.toFixed(3)}, ${seen}`;
}

function fitted({ width, height }: { width: number; height: number }, side: number): { width: number; height: number } {
  const scale = Math.min(1, side / Math.max(width, height));
  const whole = (n: number) => Math.max(2, Math.round(n * scale));
  return { width: whole(width), height: whole(height) };
}
