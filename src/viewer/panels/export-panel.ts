// Export: the turntable as a video, the present view as a picture, the camera path as a file.

import type GUI from 'lil-gui';
import type { Page } from '../page.ts';
import { addActions, addProgress, addText } from './gui-parts.ts';

const SIZES: Record<string, [number, number]> = {
  '320 × 240': [320, 240],
  '640 × 480': [640, 480],
  '1280 × 720': [1280, 720],
  '1920 × 1080': [1920, 1080],
  '1080 × 1080': [1080, 1080],
  '1080 × 1920': [1080, 1920],
};

export function exportPanel(gui: GUI, page: Page): void {
  const { store } = page;
  const folder = gui.addFolder('Export').close();
  const { container, width, height, fps, frames } = store.state.export;
  const sizeName = Object.keys(SIZES).find((name) => SIZES[name][0] === width && SIZES[name][1] === height);
  const record = { container, size: sizeName ?? '640 × 480', fps, frames };
  const format = folder.add(record, 'container', { 'MP4 (H.264)': 'mp4', 'WebM (VP9)': 'webm' }).name('format');
  format.onChange((value: 'mp4' | 'webm') => store.update('export', { container: value }));
  folder.add(record, 'size', Object.keys(SIZES)).onChange((value: string) => {
    const [width, height] = SIZES[value];
    store.update('export', { width, height });
  });
  const changed = () => store.update('export', { fps: record.fps, frames: record.frames });
  folder.add(record, 'fps', [12, 24, 25, 30, 50, 60]).name('frames a second').onChange(changed);
  const count = folder.add(record, 'frames', 12, 360, 12).onChange(changed);

  addActions(folder, page, 'export.video', 'export.cancel');
  addProgress(folder, store, (state) => state.export.fraction);
  addText(folder, store, ({ export: { fraction, path } }) =>
    fraction === null ? (path ? `along ${path}` : '') : `${Math.round(100 * fraction)} % of the frames`,
  );
  addActions(folder, page, 'export.still', 'export.save-path', 'export.open-path');
  store.watch(
    (state) => state.export.path !== null,
    (along) => void count.enable(!along),
  );
}
