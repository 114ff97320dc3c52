// Export: the turntable as a video, the present view as a picture, the camera path as a file.

import type GUI from 'lil-gui';
import type { Commands } from '../commands.ts';
import type { PageState } from '../page-state.ts';
import type { Store } from '../store.ts';
import { addButtons, addProgress, addText } from './gui-parts.ts';

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
  const { container, fps, frames } = store.state.export;
  const record = { container, size: '640 × 480', fps, frames };
  const format = folder.add(record, 'container', { 'MP4 (H.264)': 'mp4', 'WebM (VP9)': 'webm' }).name('format');
  format.onChange((value: 'mp4' | 'webm') => store.update('export', { container: value }));
  folder.add(record, 'size', Object.keys(SIZES)).onChange((value: string) => {
    const [width, height] = SIZES[value];
    store.update('export', { width, height });
  });
  const changed = () => store.update('export', { fps: record.fps, frames: record.frames });
  folder.add(record, 'fps', [12, 24, 25, 30, 50, 60]).name('frames a second').onChange(changed);
  folder.add(record, 'frames', 12, 360, 12).onChange(changed);

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
  addText(folder, store, ({ export: wish }) =>
    wish.fraction === null
      ? ''
      : `frame ${Math.round(wish.fraction * wish.frames)} of ${wish.frames}, ${wish.width} × ${wish.height}`,
  );
  addButtons(folder, {
    'Still (PNG)': () => void commands.saveStill(),
    'Camera path': () => void commands.saveCameraPath(),
  });
}
