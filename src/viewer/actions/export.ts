// Export: videos, stills and camera paths as files.

import { pathFromJson, pathToJson, turntableFor } from '../../export/camera-path.ts';
import { encodePng } from '../../export/png.ts';
import { renderStill, renderVideo } from '../../export/render-path.ts';
import type { Camera, Scene } from '../../scene/types.ts';
import { download, fileName } from '../download.ts';
import type { Page } from '../page.ts';
import type { PageState } from '../page-state.ts';
import { pickFiles } from '../panels/pick-files.ts';
import type { Action } from './action.ts';

/** The turntable, or the opened camera path, as a video file. */
export async function exportVideo(page: Page): Promise<void> {
  const scene = page.parts.session.state.scene;
  if (!scene || !page.needsScene()) return;
  const { session, store, notices } = page.parts;
  const { container, width, height, fps } = store.state.export;
  await page.guarded('export', 'the video', async (signal) => {
    page.lastVideo = null;
    store.update('export', { fraction: 0 });
    // What is shown now is what all of its frames show, whatever is shown meanwhile.
    const { shown, strength, style } = session.state;
    const notes: string[] = [];
    const video = { container, width, height, fps };
    const bytes = await renderVideo(session, exportCameras(page, scene), video, {
      of: { styles: shown, strength },
      signal,
      onNote: (note) => notes.push(note),
      onProgress: (done, total) => store.update('export', { fraction: done / total }),
    });
    page.lastVideo = bytes;
    download(`${fileName(scene.name, ...style)}.${container}`, `video/${container}`, bytes);
    notices.show('info', ['The video is saved', ...notes].join('; '));
  });
  store.update('export', { fraction: null });
}

export async function cancelExport(page: Page): Promise<void> {
  page.jobs.drop('export');
  await page.jobs.cancel('export');
}

/** Cancels what cannot be paused (loading, painting, exporting), and lets go of what waits. */
export async function cancel(page: Page): Promise<void> {
  page.store.update('style', { waiting: false });
  page.jobs.drop();
  if (page.jobs.current !== 'train') await page.jobs.cancel();
}

/** The present view, as large as it is on the screen, without guides. */
export async function saveStill(page: Page): Promise<void> {
  if (!page.needsScene()) return;
  const { session, store, viewport } = page.parts;
  const { width, height } = viewport.size;
  await page.caught(async () => {
    const picture = await renderStill(session, viewport.pose(width, height), [width, height]);
    const name = fileName(store.state.scene?.name ?? 'scene', ...session.state.style);
    download(`${name}.png`, 'image/png', encodePng(picture));
    page.parts.notices.show('info', `${name}.png is saved, ${width} x ${height}`);
  });
}

/** The cameras of the next video as a file. */
export async function saveCameraPath(page: Page): Promise<void> {
  const scene = page.parts.session.state.scene;
  if (!scene || !page.needsScene()) return;
  await page.caught(async () => {
    const path = { cameras: exportCameras(page, scene), fps: page.store.state.export.fps };
    const name = `${fileName(scene.name, 'path')}.json`;
    download(name, 'application/json', pathToJson(path, scene));
    page.parts.notices.show('info', `${name} is saved`);
  });
}

/** Videos go along this path from now on; a file that is none changes nothing. */
export async function openCameraPath(page: Page, text: string, name: string): Promise<void> {
  const scene = page.parts.session.state.scene;
  if (!scene || !page.needsScene()) return;
  await page.caught(async () => {
    const { cameras } = pathFromJson(text, name, scene);
    page.path = { name, text };
    page.store.update('export', { path: `${name}, ${cameras.length} frames` });
  });
}

export function closeCameraPath(page: Page): void {
  page.path = null;
  page.store.update('export', { path: null });
}

function exportCameras(page: Page, scene: Scene): Camera[] {
  const { width, height, frames } = page.store.state.export;
  if (!page.path) return turntableFor(scene, frames, width, height);
  return pathFromJson(page.path.text, page.path.name, scene, { width, height }).cameras;
}

const running = ({ jobs }: PageState) => jobs.some(({ kind }) => kind === 'export');

function togglePath(page: Page): void {
  if (page.path) closeCameraPath(page);
  else void pickFiles({ accept: '.json' }).then(async ([file]) => openCameraPath(page, await file.text(), file.name));
}

export const ACTIONS: readonly Action[] = [
  {
    id: 'export.video',
    title: (state) => (state.export.path === null ? 'Turntable' : 'Video along the path'),
    primary: true,
    enabled: (state) => !running(state),
    run: exportVideo,
  },
  { id: 'export.cancel', title: 'Cancel', enabled: running, run: cancelExport },
  { id: 'export.still', title: 'Still (PNG)', help: 'save the view as a picture', keys: ['s'], run: saveStill },
  { id: 'export.save-path', title: 'Save path', run: saveCameraPath },
  {
    id: 'export.open-path',
    title: (state) => (state.export.path === null ? 'Open path' : 'Close path'),
    run: togglePath,
  },
  {
    id: 'export.stop',
    title: 'Cancel',
    help: 'cancel loading, painting or export; close what lies over the view',
    keys: ['Escape'],
    run: (page) => {
      page.store.update('regions', { tool: 'turn' });
      return cancel(page);
    },
  },
];
