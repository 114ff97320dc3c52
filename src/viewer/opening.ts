// Scenes, checkpoints and the fields that came along, opened into the page: what was there stays until the new is there
// whole, and what is a person's own is kept before it is replaced.

import { hasPhotographs } from '../scene/picture.ts';
import type { FileSource, LoadSceneOptions, Scene } from '../scene/types.ts';
import { PRESETS } from '../session/presets.ts';
import type { WorkMark } from './autosave/autosave.ts';
import { fetchSource } from './fetch-source.ts';
import type { Page } from './page.ts';
import type { BundledScene } from './page-state.ts';
import { posterOf } from './poster.ts';
import { coverOf, fetchShipped, loadShippedField, type ShippedField, type ShippedStyle } from './shipped.ts';
import { thumbnailOf } from './style-picture.ts';

/** A field that came along, in the first of its finished styles. @param first the page opens with it by itself */
export async function openShipped(page: Page, field: ShippedField, first = false): Promise<void> {
  await page.guarded(
    'load',
    `opening ${field.title}`,
    async (signal) => {
      const before = page.parts.session.state.scene;
      const { session } = page.parts;
      const [style] = field.styles;
      // First, as the lesser part: it has a small picture of itself, to be looked at meanwhile.
      const painting = style && (await fetchShipped(style.file, style.title, signal));
      if (first && painting) page.store.patch({ poster: posterOf(painting, style.title) });
      await loadShippedField(session, field, signal, (done, total) => {
        const text = `${megabytes(done)}${total ? ` of ${megabytes(total)}` : ''} MB`;
        page.store.patch({ progress: { task: 'load', fraction: total ? done / total : 0, text } });
      });
      if (painting) {
        const { id } = await session.library.import(painting, style.title);
        paintingCame(page, style, id);
        session.show({ styles: [{ id, weight: 1 }], strength: 1 });
      }
      fieldOpened(page, before);
    },
    { opens: first },
  );
}

/** A finished painting of the field that is open. @returns its id in the library */
export async function fetchPainting(page: Page, style: ShippedStyle, signal?: AbortSignal): Promise<string> {
  const bytes = await fetchShipped(style.file, style.title, signal);
  const { id } = await page.parts.session.library.import(bytes, style.title);
  paintingCame(page, style, id);
  return id;
}

function paintingCame(page: Page, style: ShippedStyle, id: string): void {
  page.library.cameAlong(id);
  // Its picture is fetched when it is to be painted with.
  page.stylePicture = null;
  page.store.update('style', {
    chosen: { name: style.title, thumbnail: `./styles/thumbs/${style.style}.webp` },
    waiting: false,
    step: 0,
    stepCount: 0,
    styleLoss: null,
  });
}

/**
 * A checkpoint of a bundled scene was opened alone, and now its photographs are needed: they come beside the field, which
 * stays as it is, and so does the view.
 */
export async function fetchPhotographs(page: Page, signal: AbortSignal): Promise<void> {
  const { session, store, viewport } = page.parts;
  const { scene } = session.state;
  if (!scene || hasPhotographs(scene)) return;
  const bundled = store.state.bundledScenes.find(({ title }) => title === scene.name);
  if (!bundled) return;
  const before = session.state.trainedSteps;
  const loaded = await session.loadScene(await bundledSource(bundled)(signal), loadOptions(page, signal));
  if (session.state.trainedSteps !== before) return showScene(page, loaded);
  sayScene(page, loaded);
  viewport.setViews(loaded);
}

function loadOptions({ parts: { decoder, url, store } }: Page, signal: AbortSignal): LoadSceneOptions {
  return {
    decoder,
    downscale: url.downscale,
    maxSide: PRESETS[store.state.training.preset].pictureSide,
    maxTrain: url.maxTrain,
    maxTest: url.maxTest,
    signal,
  };
}

/** Opens photographs, and goes on to learn them unless the address says otherwise. */
export async function openScene(
  page: Page,
  name: string,
  source: (signal: AbortSignal) => Promise<FileSource>,
): Promise<boolean> {
  const { session, store, viewport, url, notices } = page.parts;
  const wasTraining = page.jobs.current === 'train';
  let kept = false;
  const opened = await page.guarded('load', `opening ${name}`, async (signal) => {
    const files = await source(signal);
    const scene = await session.loadScene(files, loadOptions(page, signal));
    page.photographs = files;
    // A field from a checkpoint alone waited for its photographs: these were they.
    kept = session.state.trainedSteps > 0;
    if (kept) {
      sayScene(page, scene);
      viewport.setViews(scene);
    } else showScene(page, scene);
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
  if (opened && kept) notices.show('info', 'These are the photographs of the field that is open: it can be trained on');
  else if (opened && url.train) void page.commands.train();
  else if (!opened) goOnTraining(page, wasTraining);
  return opened;
}

/** What was training before a scene that could not be opened goes on. */
function goOnTraining(page: Page, wasTraining: boolean): void {
  if (wasTraining && page.jobs.jobs.length === 0 && page.parts.session.state.busy === 'idle')
    void page.commands.train();
}

function sayScene({ store }: Page, scene: Scene): void {
  const { name, source, train, test, notes } = scene;
  const bundled = store.state.bundledScenes.find(({ title }) => title === name);
  const cover = bundled ? coverOf(bundled) : hasPhotographs(scene) ? thumbnailOf(train[0].picture) : null;
  store.patch({ scene: { name, source, trainViews: train.length, testViews: test.length, notes, cover } });
}

function showScene(page: Page, scene: Scene): void {
  const { store, viewport } = page.parts;
  // A path was for the old scene's world.
  page.path = null;
  store.update('export', { path: null });
  sayScene(page, scene);
  page.parts.cameraView.begin(viewport.setScene(scene));
}

/** @param work the one that it is a snapshot of; a file is no work until something is done with it */
export async function openCheckpoint(
  page: Page,
  bytes: Uint8Array<ArrayBuffer>,
  where: string,
  work: WorkMark | null = null,
): Promise<void> {
  const { session, notices, autosave } = page.parts;
  const wasTraining = page.jobs.current === 'train';
  const before = session.state.scene;
  const loaded = await page.guarded('load', `opening ${where}`, async () => {
    await session.load(bytes, where);
    autosave.resume(work);
    fieldOpened(page, before);
    notices.show('info', `${where} is open`);
  });
  if (!loaded) goOnTraining(page, wasTraining);
}

/** The field of a project, in the place of what is open. */
export async function openProjectField(page: Page, bytes: Uint8Array<ArrayBuffer>, where: string): Promise<void> {
  const before = page.parts.session.state.scene;
  await page.parts.session.load(bytes, where);
  page.parts.autosave.resume(null);
  fieldOpened(page, before);
}

/** The photographs of the field that is open come beside it. */
export async function openPhotographs(page: Page, source: FileSource, signal: AbortSignal): Promise<void> {
  const { session, viewport } = page.parts;
  const scene = await session.loadScene(source, loadOptions(page, signal));
  page.photographs = source;
  sayScene(page, scene);
  viewport.setViews(scene);
}

/** @param before the scene that was open; photographs that are open already stay, and with them the view */
function fieldOpened(page: Page, before: Scene | null): void {
  const { session, store, viewport } = page.parts;
  const { scene, trainedSteps, preset } = session.state;
  store.update('training', { step: trainedSteps, preset });
  if (scene && scene !== before) {
    page.photographs = null;
    showScene(page, scene);
  }
  viewport.setField(trainedSteps > 0);
  viewport.invalidate();
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

export const bundledSource =
  ({ title, path, files }: BundledScene) =>
  async (signal: AbortSignal) =>
    fetchSource(title, `./${path}`, files, signal);
