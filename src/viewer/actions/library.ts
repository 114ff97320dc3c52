// The painted styles: shown, mixed, renamed, deleted, exported; undo and redo of all edits.

import type { Page } from '../page.ts';
import type { PageState } from '../page-state.ts';
import type { Action } from './action.ts';

/** @param mix adds it to what is shown, or takes it out */
export async function showPainted(page: Page, id: string, mix = false): Promise<void> {
  await page.caught(() => (mix ? page.library.toggle(id) : page.library.choose(id)));
}

/** Live, while the slider is held; `endWeighing` when it is let go. */
export function weighPainted(page: Page, id: string, weight: number): void {
  page.library.weigh(id, weight);
}

export function endWeighing(page: Page): void {
  page.library.endWeighing();
}

export async function renamePainted(page: Page, id: string, name: string): Promise<void> {
  await page.caught(() => page.library.rename(id, name));
}

export async function deletePainted(page: Page, id: string): Promise<void> {
  if (page.refusesEdits()) return;
  await page.caught(() => page.library.delete(id));
}

export async function exportPainted(page: Page, id: string): Promise<void> {
  await page.caught(() => page.library.export(id));
}

export async function undo(page: Page): Promise<void> {
  if (page.refusesEdits()) return;
  page.regions.letGo();
  await page.history.undo();
}

export async function redo(page: Page): Promise<void> {
  if (page.refusesEdits()) return;
  page.regions.letGo();
  await page.history.redo();
}

/** The one style that is shown, or is being faded to. */
export function onlyShown({ library }: PageState): string | null {
  const now = library.fadesTo?.styles ?? library.shown;
  return now.length === 1 && library.styles.some(({ id }) => id === now[0].id) ? now[0].id : null;
}

function withOnlyShown(page: Page, run: (id: string) => unknown): void {
  const id = onlyShown(page.store.state);
  if (id !== null) run(id);
}

export const ACTIONS: readonly Action[] = [
  {
    id: 'library.undo',
    title: 'Undo',
    keys: ['ctrl+z'],
    enabled: ({ library }) => library.undo !== null,
    run: undo,
  },
  {
    id: 'library.redo',
    title: 'Redo',
    help: 'do it again',
    keys: ['ctrl+y', 'ctrl+shift+z'],
    enabled: ({ library }) => library.redo !== null,
    run: redo,
  },
  {
    id: 'library.export',
    title: 'Export',
    enabled: (state) => onlyShown(state) !== null,
    run: (page) => withOnlyShown(page, (id) => exportPainted(page, id)),
  },
  {
    id: 'library.delete',
    title: 'Delete',
    enabled: (state) => onlyShown(state) !== null,
    run: (page) => withOnlyShown(page, (id) => deletePainted(page, id)),
  },
];
