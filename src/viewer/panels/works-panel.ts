// The works that this browser keeps, newest first: each with its picture, name, steps, age and size; opened at a click.

import type GUI from 'lil-gui';
import type { Commands } from '../actions/index.ts';
import { describeSnapshot, type SnapshotInfo } from '../autosave/field-snapshot.ts';
import type { Page } from '../page.ts';
import { addElement } from './gui-parts.ts';

export function worksPanel(gui: GUI, { store, commands }: Page): void {
  const folder = gui.addFolder('Kept works').close();
  const list = addElement(folder, 'div', 'works');
  store.watch(
    (state) => state.works,
    (works) => {
      folder.show(works.length > 0);
      list.replaceChildren(
        ...works.map((work) => {
          const row = document.createElement('div');
          row.className = 'work-row';
          const remove = document.createElement('button');
          remove.type = 'button';
          remove.className = 'delete';
          remove.textContent = '×';
          remove.title = `Delete ${work.scene}`;
          remove.setAttribute('aria-label', remove.title);
          remove.addEventListener('click', () => void commands.deleteWork(work));
          row.append(workButton(work, commands), remove);
          return row;
        }),
      );
    },
  );
}

/** Goes on with a work. */
export function workButton(work: SnapshotInfo, commands: Commands): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'work';
  const image = document.createElement('img');
  image.alt = '';
  if (work.picture) image.src = work.picture;
  else image.hidden = true;
  const words = document.createElement('span');
  const name = document.createElement('b');
  name.textContent = `Go on with ${work.scene}`;
  const detail = document.createElement('small');
  detail.textContent = describeSnapshot(work);
  words.append(name, detail);
  button.append(image, words);
  button.addEventListener('click', () => void commands.goOn(work.id));
  return button;
}
