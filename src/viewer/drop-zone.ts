// Drop and paste, anywhere on the page.

import { openDrop, openFiles } from '../scene/files-source.ts';
import type { Commands } from './actions/index.ts';

export function dropZone(parent: HTMLElement, commands: Commands): void {
  const cover = document.createElement('div');
  cover.className = 'drop-cover';
  cover.textContent = 'A scene to learn, or a picture to paint with';
  cover.hidden = true;
  parent.append(cover);

  // dragenter and dragleave fire for every child too.
  let depth = 0;
  const show = (by: number) => {
    depth = Math.max(0, depth + by);
    cover.hidden = depth === 0;
  };
  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  window.addEventListener('dragenter', (event) => carriesFiles(event) && show(1));
  window.addEventListener('dragleave', (event) => carriesFiles(event) && show(-1));
  window.addEventListener('dragover', (event) => event.preventDefault());
  window.addEventListener('drop', (event) => {
    event.preventDefault();
    show(-depth);
    if (event.dataTransfer) void commands.openFiles(openDrop(event.dataTransfer));
  });
  window.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void commands.openFiles(openFiles(files));
  });
}
