// Export: the turntable as a video, the present view as a picture, the camera path as a file.

import type GUI from 'lil-gui';
import type { Commands } from '../commands.ts';
import type { PageState } from '../page-state.ts';
import type { Store } from '../store.ts';
import { addButtons, addProgress, addText } from './gui-parts.ts';
import { pickFiles } from './pick-files.ts';

const SIZES: Record<string, [number, number]> = {
  '320 × 240': [320, 240],
  '640 × 480': [640, 480],
  '1280 × 720': [1280, 720],
  '1920 × 1080': [1920, 1080],
  '1080 × 1080': [1080, 1080],
  '1080 × 1920': [1080, 1920],
};

export function exportPanel(gui: GUI, store: Store<PageState>, commands: Commands): void {
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

  const { Turntable: button, Cancel: cancel } = addButtons(folder, {
    Turntable: () => void commands.exportVideo(),
    Cancel: () => void commands.cancelExport(),
  });
  button.classList.add('primary');
  store.watch(
    (state) => state.export.fraction !== null,
    (running) => {
      button.disabled = running;
      cancel.disabled = !running;
    },
  );
  addProgress(folder, store, (state) => state.export.fraction);
  addText(folder, store, ({ export: { fraction, path } }) =>
    fraction === null ? (path ? `along ${path}` : '') : `${Math.round(100 * fraction)} % of the frames`,
  );
  const { 'Open path': open } = addButtons(folder, {
    'Still (PNG)': () => void commands.saveStill(),
    'Save path': () => void commands.saveCameraPath(),
    'Open path': () => {
      if (store.state.export.path) commands.closeCameraPath();
      else
        void pickFiles({ accept: '.json' }).then(async ([file]) =>
          commands.openCameraPath(await file.text(), file.name),
        );
    },
  });
  store.watch(
    (state) => state.export.path !== null,
    (along) => {
      button.textContent = along ? 'Video along the path' : 'Turntable';
      open.textContent = along ? 'Close path' : 'Open path';
      count.enable(!along);
    },
  );
}
