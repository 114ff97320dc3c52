// Everything a person can ask of the page, by name. Panels, keys and drops call these; they call the engine and
// turn what goes wrong into one sentence. Nothing that is there is lost by a command that fails.

import { InputError } from '../errors.ts';
import { pathFromJson, pathToJson, turntableFor } from '../export/camera-path.ts';
import { encodePng } from '../export/png.ts';
import type { Camera, FileSource, Picture, PictureDecoder, Scene } from '../scene/types.ts';
import { sameScene } from '../session/base-field.ts';
import { PRESETS, type PresetName } from '../session/presets.ts';
import { decodeStyle } from '../session/style-picture.ts';
import type { ImpastoSession, StyleLossChoice } from '../session/types.ts';
import type { Question } from './ask.ts';
import type { Autosave, WorkMark } from './autosave/autosave.ts';
import type { SnapshotInfo } from './autosave/field-snapshot.ts';
import type { StyleFiles } from './autosave/style-files.ts';
import { download, fileName } from './download.ts';
import { kindOf } from './dropped-files.ts';
import { fetchBytes, fetchSource } from './fetch-source.ts';
import { History } from './history.ts';
import { LongTask } from './long-task.ts';
import type { Look } from './look.ts';
import { droppedNetwork } from './network.ts';
import type { Notices } from './notices.ts';
import type { BundledScene, BundledStyle, PageState } from './page-state.ts';
import { PaintedLibrary } from './painted-library.ts';
import { PageRegions } from './regions.ts';
import { loadShippedField, loadShippedStyle, readyStyle, type ShippedField, type ShippedStyle } from './shipped.ts';
import type { Store } from './store.ts';
import { thumbnailOf } from './style-picture.ts';
import type { UrlOptions } from './url-options.ts';
import { exportVideo, StillRenderer } from './video-export.ts';
import type { ViewPacker } from './viewport/packed-view.ts';
import type { Viewport } from './viewport/viewport.ts';

/** How long after the first failure a lost device is known to be lost. */
export const LOSS_KNOWN_MS = 300;

/** What the page is doing during each long task. */
const BUSY = { load: 'loading', train: 'training', stylize: 'stylizing', export: 'rendering' } as const;

export interface CommandParts {
  session: ImpastoSession;
  store: Store<PageState>;
  viewport: Viewport;
  packer: ViewPacker;
  notices: Notices;
  decoder: PictureDecoder;
  url: UrlOptions;
  look: Look;
  autosave: Autosave;
  styleFiles: StyleFiles;
  /** A question with two answers. */
  ask: (question: Question) => Promise<boolean>;
}

export class Commands {
  private readonly task = new LongTask();
  private stylePicture: { name: string; picture: Picture } | null = null;
  /** A camera path's file, read again at each export for its size. */
  private path: { name: string; text: string } | null = null;
  /** The last video made, for tests: what was handed to the download. */
  lastVideo: Uint8Array<ArrayBuffer> | null = null;

  private readonly history: History;
  private readonly library: PaintedLibrary;
  readonly regions: PageRegions;

  constructor(private readonly parts: CommandParts) {
    const { session, store, viewport, notices, styleFiles } = parts;
    const onError = (error: unknown) => this.report(error);
    this.history = new History((undo, redo) => store.update('library', { undo, redo }), onError);
    const fades = () => !store.state.software && session.state.busy === 'idle';
    this.library = new PaintedLibrary({ session, store, notices, history: this.history, styleFiles, fades, onError });
    this.regions = new PageRegions({ session, store, viewport, history: this.history, onError });
  }

  // Scenes

  async openBundled(name: string): Promise<void> {
    const found = this.parts.store.state.bundledScenes.find((scene) => scene.name === name);
    if (!found) {
      this.parts.notices.show('error', `Scene '${name}' is not among the bundled ones`);
      return;
    }
    this.parts.store.patch({ opening: false });
    const field = this.parts.store.state.shipped.find(({ scene }) => scene === name);
    await (field ? this.openShipped(field) : this.openScene(bundledSource(found)));
  }

  /** A field that came along, in the first of its finished styles. */
  async openShipped(field: ShippedField): Promise<void> {
    await this.guarded('load', async (signal) => {
      const before = this.parts.session.state.scene;
      const { session } = this.parts;
      await loadShippedField(session, field, signal);
      for (const style of field.styles.slice(0, 1)) {
        session.show({ styles: [{ id: await this.fetchPainting(style, signal), weight: 1 }], strength: 1 });
      }
      this.fieldOpened(before);
    });
  }

  /** A finished painting of the field that is open. @returns its id in the library */
  private async fetchPainting(style: ShippedStyle, signal?: AbortSignal): Promise<string> {
    const id = await loadShippedStyle(this.parts.session, style, signal);
    this.library.cameAlong(id);
    // Its picture is fetched when it is to be painted with.
    this.stylePicture = null;
    this.parts.store.update('style', {
      chosen: { name: style.title, thumbnail: `./styles/thumbs/${style.style}.webp` },
      waiting: false,
      step: 0,
      stepCount: 0,
      styleLoss: null,
    });
    return id;
  }

  /** Goes on with a work that was kept, by default the last: its photographs where they are bundled, then the field. */
  async goOn(id?: string): Promise<void> {
    const { autosave, notices, store } = this.parts;
    const { works, bundledScenes } = store.state;
    const work = id === undefined ? works[0] : works.find((one) => one.id === id);
    const bytes = work && (await autosave.read(work.id));
    if (!work || !bytes) {
      notices.show('info', work ? `${work.scene} is kept no more` : 'Nothing was kept by an earlier visit');
      return;
    }
    const bundled = bundledScenes.find(({ name }) => name === work.bundled);
    if (bundled) await this.openScene(bundledSource(bundled), false);
    await this.openCheckpoint(bytes, `what was kept of ${work.scene}`, work);
  }

  /** A kept work goes for good, if that is meant. */
  async deleteWork({ id, scene }: SnapshotInfo): Promise<void> {
    const question = {
      title: `Delete ${scene}?`,
      text: 'What this browser keeps of it goes for good. Files that you saved are not touched.',
      yes: 'Delete it',
      no: 'Keep it',
    };
    await this.caught(async () => {
      if (await this.parts.ask(question)) await this.parts.autosave.delete(id);
    });
  }

  /** A checkpoint of a bundled scene was opened alone, and now its photographs are needed. */
  private async fetchPhotographs(): Promise<void> {
    const { session, store } = this.parts;
    const { scene } = session.state;
    if (!scene || hasPictures(scene)) return;
    const bundled = store.state.bundledScenes.find(({ title }) => title === scene.name);
    if (bundled) await this.openScene(bundledSource(bundled), false);
  }

  /** Dropped, pasted or picked files: scene, checkpoint, feature network or style by what they are. */
  async openFiles(opening: Promise<FileSource>): Promise<void> {
    await this.caught(async () => {
      const source = await opening;
      const kind = await kindOf(source);
      if (kind === 'scene') {
        await this.openScene(async () => source);
        return;
      }
      if (kind === 'network') {
        const name = await this.parts.session.useNetwork(await droppedNetwork(source));
        this.parts.notices.show('info', `Strokes are painted with ${name} from now on`);
        return;
      }
      if (kind === 'painted') {
        for (const path of await source.list()) await this.library.import(await source.read(path), path);
        return;
      }
      const [path] = await source.list();
      const bytes = await source.read(path);
      await (kind === 'checkpoint' ? this.openCheckpoint(bytes, path) : this.chooseStyle(bytes, path));
    });
  }

  /** @param train go on to learn it, unless the address says otherwise */
  private async openScene(source: (signal: AbortSignal) => Promise<FileSource>, train = true): Promise<boolean> {
    const { session, store, viewport, decoder, url, notices } = this.parts;
    const { preset } = store.state.training;
    const wasTraining = this.task.current === 'train';
    let kept = false;
    const opened = await this.guarded('load', async (signal) => {
      // A field from a checkpoint alone waits for its photographs: these may be they.
      const field = hasPictures(session.state.scene) || !session.state.trainedSteps ? null : await session.save();
      const before = session.state.scene;
      const { work } = this.parts.autosave;
      const scene = await session.loadScene(await source(signal), {
        decoder,
        downscale: url.downscale,
        maxSide: PRESETS[preset].pictureSide,
        maxTrain: url.maxTrain,
        maxTest: url.maxTest,
        signal,
      });
      if (field && before && sameScene(before, scene)) {
        await session.load(field, before.name);
        this.parts.autosave.resume(work);
        kept = true;
      }
      this.showScene(scene);
      if (kept) viewport.setField(true);
      store.update('training', {
        step: session.state.trainedSteps,
        rate: 0,
        loss: null,
        psnr: null,
        holdout: null,
        losses: [],
        holdouts: [],
      });
      store.update('style', { step: 0, stepCount: 0, styleLoss: null });
      if (scene.notes.length) notices.show('info', scene.notes.join('; '));
    });
    viewport.setWorking(false);
    if (opened && kept)
      notices.show('info', 'These are the photographs of the field that is open: it can be trained on');
    else if (opened && train && url.train) void this.train();
    // What was training before a scene that could not be opened goes on.
    else if (!opened && wasTraining && session.state.busy === 'idle') void this.train();
    return opened;
  }

  private showScene(scene: Scene): void {
    const { store, viewport } = this.parts;
    // A path was for the old scene's world.
    this.path = null;
    store.update('export', { path: null });
    store.patch({
      scene: {
        name: scene.name,
        source: scene.source,
        trainViews: scene.train.length,
        testViews: scene.test.length,
        notes: scene.notes,
      },
    });
    this.parts.look.begin(viewport.setScene(scene));
  }

  // Checkpoints

  /** @param work the one that it is a snapshot of; a file is no work until something is done with it */
  async openCheckpoint(bytes: Uint8Array<ArrayBuffer>, where: string, work: WorkMark | null = null): Promise<void> {
    const { session, notices, autosave } = this.parts;
    const wasTraining = this.task.current === 'train';
    const before = session.state.scene;
    const loaded = await this.guarded('load', async () => {
      await session.load(bytes, where);
      autosave.resume(work);
      this.fieldOpened(before);
      notices.show('info', `${where} is open`);
    });
    if (!loaded && wasTraining && session.state.busy === 'idle') void this.train();
  }

  /** @param before the scene that was open; photographs that are open already stay, and with them the view */
  private fieldOpened(before: Scene | null): void {
    const { session, store, viewport } = this.parts;
    const { scene, trainedSteps, preset } = session.state;
    store.update('training', { step: trainedSteps, preset });
    if (scene && scene !== before) this.showScene(scene);
    viewport.setField(trainedSteps > 0);
    viewport.invalidate();
  }

  async saveCheckpoint(): Promise<void> {
    if (!this.needsScene()) return;
    const { session, store } = this.parts;
    await this.caught(async () => {
      const bytes = await session.save();
      const name = fileName(store.state.scene?.name ?? 'scene', ...store.state.style.applied);
      download(`${name}.impasto`, 'application/octet-stream', bytes);
    });
  }

  // Training

  setPreset(preset: PresetName): void {
    this.parts.store.update('training', { preset });
  }

  async train(): Promise<void> {
    if (!this.needsScene()) return;
    await this.fetchPhotographs();
    const { session, store, url } = this.parts;
    const { preset } = store.state.training;
    const planned = url.steps ?? PRESETS[preset].train.steps;
    // Asked to go on beyond the preset's end: half as much again.
    const done = session.state.preset === preset ? session.state.trainedSteps : 0;
    const steps = done >= planned ? done + Math.ceil(planned / 2) : planned;
    await this.guarded('train', (signal) => session.train({ preset, steps, signal }));
    if (store.state.style.waiting && this.task.current === null && session.state.trainedSteps > 0) await this.paint();
  }

  async pause(): Promise<void> {
    await this.task.cancel();
  }

  async toggleTraining(): Promise<void> {
    if (this.task.current === 'train') await this.pause();
    else await this.train();
  }

  // Styles

  async chooseBundledStyle(style: BundledStyle): Promise<void> {
    const ready = readyStyle(this.parts.store.state, style.title);
    if (ready) {
      let id = '';
      const fetched = await this.guarded('load', async (signal) => {
        id = await this.fetchPainting(ready, signal);
      });
      if (fetched) await this.showPainted(id);
      return;
    }
    await this.caught(async () => {
      await this.chooseStyle(await fetchBytes(`./styles/${style.file}`, style.title), style.title);
    });
  }

  /** A finished painting is shown, and now the picture itself is needed that it is after. */
  private async fetchStylePicture(): Promise<void> {
    const { store, decoder } = this.parts;
    const chosen = store.state.style.chosen?.name;
    const bundled = store.state.bundledStyles.find(({ title }) => title === chosen);
    if (this.stylePicture || !bundled) return;
    const { title, file } = bundled;
    const picture = await decodeStyle(decoder, await fetchBytes(`./styles/${file}`, title), title);
    this.stylePicture = { name: title, picture };
  }

  /** Decodes first: a file that is no picture changes nothing. */
  async chooseStyle(bytes: Uint8Array<ArrayBuffer>, where: string): Promise<void> {
    const { session, store, notices, decoder } = this.parts;
    await this.caught(async () => {
      const picture = await decodeStyle(decoder, bytes, where);
      const name = where.replace(/\.(png|jpe?g|webp|gif|avif|bmp)$/i, '');
      this.stylePicture = { name, picture };
      store.update('style', { chosen: { name, thumbnail: thumbnailOf(picture) } });
      if (session.state.trainedSteps > 0) return await this.paint();
      store.update('style', { waiting: true });
      const when = session.state.scene ? 'as soon as the scene is trained' : 'as soon as a scene is open and trained';
      notices.show('info', `${name} will be painted ${when}`);
    });
  }

  /** Stylizes with the chosen picture and the panel's settings. */
  async paint(): Promise<void> {
    if (!this.needsScene()) return;
    const { session, store, url, notices } = this.parts;
    await this.caught(() => this.fetchStylePicture());
    const style = this.stylePicture;
    if (!style) {
      notices.show('info', 'Choose a style first: from the gallery, or drop any picture');
      return;
    }
    await this.fetchPhotographs();
    const { brush, strength, keepColours, photorealistic, instant, contentWeight, steps } = store.state.style;
    store.update('style', { waiting: false, step: 0, stepCount: 0, styleLoss: null });
    const known = new Set(session.library.styles.map(({ id }) => id));
    await this.guarded('stylize', async (signal) => {
      this.library.paintingBegins();
      await session.stylize({
        styles: [{ ...style, weight: 1 }],
        loss: lossOf(store.state.style),
        brush,
        strength,
        keepColours,
        photorealistic,
        instant,
        contentWeight,
        steps: steps || url.styleSteps,
        signal,
      });
    });
    this.library.paintingEnded(known);
  }

  async cancelStyle(): Promise<void> {
    this.parts.store.update('style', { waiting: false });
    if (this.task.current === 'stylize') await this.task.cancel();
  }

  async clearStyle(): Promise<void> {
    await this.cancelStyle();
    await this.parts.autosave.settled();
    await this.caught(() => this.library.clear());
    this.parts.store.update('style', { applied: [], step: 0, stepCount: 0, styleLoss: null });
    this.parts.viewport.invalidate();
  }

  /** Live, while the slider is held; `endStrength` when it is let go. */
  setStrength(strength: number): void {
    this.library.setStrength(strength);
  }

  endStrength(): void {
    this.library.endStrength();
  }

  // Painted styles

  /** @param mix adds it to what is shown, or takes it out */
  async showPainted(id: string, mix = false): Promise<void> {
    await this.caught(() => (mix ? this.library.toggle(id) : this.library.choose(id)));
  }

  /** Live, while the slider is held; `endWeighing` when it is let go. */
  weighPainted(id: string, weight: number): void {
    this.library.weigh(id, weight);
  }

  endWeighing(): void {
    this.library.endWeighing();
  }

  async renamePainted(id: string, name: string): Promise<void> {
    await this.caught(() => this.library.rename(id, name));
  }

  async deletePainted(id: string): Promise<void> {
    await this.caught(() => this.library.delete(id));
  }

  async exportPainted(id: string): Promise<void> {
    await this.caught(() => this.library.export(id));
  }

  async undo(): Promise<void> {
    this.regions.letGo();
    await this.history.undo();
  }

  async redo(): Promise<void> {
    this.regions.letGo();
    await this.history.redo();
  }

  // View

  /** Flies to the next or previous camera and looks through it. */
  async stepView(by: 1 | -1): Promise<void> {
    if (this.needsScene()) await this.parts.look.step(by);
  }

  /** What is shown there: field, photograph or error. Flies to the first camera from a free view. */
  async showView(show: PageState['look']['show']): Promise<void> {
    if (!this.needsScene()) return;
    const { look, store } = this.parts;
    if (show !== 'field') store.update('agreement', { on: false });
    // The same again is back to the field.
    look.show(store.state.look.index !== null && store.state.look.show === show ? 'field' : show);
    if (store.state.look.index === null) await look.to(0);
  }

  /** Whether the view's difference from its nearest camera is laid over it; not beside a photograph or its error. */
  showAgreement(on: boolean): void {
    if (on && !this.needsScene()) return;
    if (on) this.parts.look.show('field');
    this.parts.store.update('agreement', { on, beside: null, rmse: null });
  }

  async setHeldOut(heldOut: boolean): Promise<void> {
    await this.parts.look.setHeldOut(heldOut);
  }

  // Export

  /** The turntable, or the opened camera path, as a video file. */
  async exportVideo(): Promise<void> {
    const scene = this.parts.session.state.scene;
    if (!scene || !this.needsScene()) return;
    const { session, store, packer, notices } = this.parts;
    const { container, width, height, fps } = store.state.export;
    this.lastVideo = null;
    store.update('export', { fraction: 0 });
    await this.guarded('export', async (signal) => {
      const { bytes, notes } = await exportVideo(session, packer, {
        container,
        width,
        height,
        fps,
        cameras: this.exportCameras(scene),
        signal,
        onProgress: (fraction) => store.update('export', { fraction }),
      });
      this.lastVideo = bytes;
      download(`${fileName(scene.name, ...session.state.style)}.${container}`, `video/${container}`, bytes);
      notices.show('info', ['The video is saved', ...notes].join('; '));
    });
    store.update('export', { fraction: null });
  }

  async cancelExport(): Promise<void> {
    if (this.task.current === 'export') await this.task.cancel();
  }

  /** Cancels what cannot be paused: loading, painting, exporting. */
  async cancel(): Promise<void> {
    this.parts.store.update('style', { waiting: false });
    if (this.task.current !== 'train') await this.task.cancel();
  }

  /** The present view at the export's size, without guides. */
  async saveStill(): Promise<void> {
    if (!this.needsScene()) return;
    const { session, store, viewport, packer } = this.parts;
    const { width, height } = store.state.export;
    await this.caught(async () => {
      const stills = new StillRenderer(session, packer, width, height);
      try {
        const picture = await stills.render(viewport.pose(width, height));
        const name = fileName(store.state.scene?.name ?? 'scene', ...session.state.style);
        download(`${name}.png`, 'image/png', encodePng(picture));
      } finally {
        stills.destroy();
      }
    });
  }

  /** The cameras of the next video as a file. */
  async saveCameraPath(): Promise<void> {
    const scene = this.parts.session.state.scene;
    if (!scene || !this.needsScene()) return;
    await this.caught(async () => {
      const path = { cameras: this.exportCameras(scene), fps: this.parts.store.state.export.fps };
      download(`${fileName(scene.name, 'path')}.json`, 'application/json', pathToJson(path, scene));
    });
  }

  /** Videos go along this path from now on; a file that is none changes nothing. */
  async openCameraPath(text: string, name: string): Promise<void> {
    const scene = this.parts.session.state.scene;
    if (!scene || !this.needsScene()) return;
    await this.caught(async () => {
      const { cameras } = pathFromJson(text, name, scene);
      this.path = { name, text };
      this.parts.store.update('export', { path: `${name}, ${cameras.length} frames` });
    });
  }

  closeCameraPath(): void {
    this.path = null;
    this.parts.store.update('export', { path: null });
  }

  private exportCameras(scene: Scene): Camera[] {
    const { width, height, frames } = this.parts.store.state.export;
    if (!this.path) return turntableFor(scene, frames, width, height);
    return pathFromJson(this.path.text, this.path.name, scene, { width, height }).cameras;
  }

  // How commands end

  private needsScene(): boolean {
    if (this.parts.session.state.scene) return true;
    this.parts.notices.show('info', 'Open a scene first');
    return false;
  }

  /** A long task that takes the place of the one under way. True when it ran to its end. */
  private async guarded(name: keyof typeof BUSY, task: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    try {
      return await this.task.run(name, async (signal) => {
        // At once: the engine's first event may be seconds away.
        this.parts.store.patch({ busy: BUSY[name] });
        const { autosave } = this.parts;
        // What replaces the field waits until what is new of it is kept.
        const replaces = name === 'load' || name === 'train';
        await Promise.all([replaces ? autosave.keep() : autosave.settled(), this.library.settled()]);
        await task(signal);
      });
    } catch (error) {
      this.report(error);
      return false;
    } finally {
      const { session, store, viewport } = this.parts;
      if (this.task.current === null) {
        store.patch({ busy: session.state.busy, progress: null });
        viewport.setWorking(false);
      }
    }
  }

  private async caught(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.report(error);
    }
  }

  private report(error: unknown): void {
    const { message } = error as Error;
    const { notices, store } = this.parts;
    if (error instanceof InputError) {
      notices.show('error', message);
      return;
    }
    // A lost device makes everything fail a moment before it is known to be lost; its own page then says so.
    setTimeout(() => {
      if (store.state.lost) return;
      notices.show('error', `Something of ours went wrong: ${message}`);
      console.error(error);
    }, LOSS_KNOWN_MS);
  }
}

/** A checkpoint alone has cameras but no photographs. */
function hasPictures(scene: Scene | null): boolean {
  return scene !== null && scene.train[0].picture.width > 0;
}

const bundledSource =
  ({ title, path, files }: BundledScene) =>
  async (signal: AbortSignal) =>
    fetchSource(title, `./${path}`, files, signal);

/** The panel's losses; where nothing is matched stroke by stroke, statistics of the style. */
function lossOf({ loss, withLoss, withWeight, photorealistic }: PageState['style']): StyleLossChoice {
  const main = photorealistic && loss === 'nnfm' ? 'gram' : loss;
  if (withLoss === 'none' || withLoss === main || withWeight === 0) return main;
  return [
    { name: main, weight: 1 },
    { name: withLoss, weight: withWeight },
  ];
}
