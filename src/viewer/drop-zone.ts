// Drop and paste, anywhere on the page.

import { inputError } from '../errors.ts';
import { openDrop, openFiles } from '../scene/files-source.ts';
import type { Commands } from './actions/index.ts';

/** A picture dragged out of another page comes as its address, and nothing is fetched from there unasked. */
const notFetched = () =>
  inputError(
    'files',
    'what was dropped',
    'a file',
    'an address: copy the picture there and paste it here, or save it first',
  );

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
    const { dataTransfer } = event;
    if (!dataTransfer) return;
    const isAddress = dataTransfer.files.length === 0 && dataTransfer.types.includes('text/uri-list');
    void commands.openFiles(isAddress ? Promise.reject(notFetched()) : openDrop(dataTransfer));
  });
  window.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void commands.openFiles(openFiles(files));
  });
}
