// A rating sheet: one page that needs no network and sends nothing, with every clip in it.

import type { Trial } from './plan.ts';
import { COLUMNS } from './ratings.ts';
import page from './sheet.html?raw';

export interface SheetContent {
  fps: number;
  trials: readonly Trial[];
  /** Data addresses of the frames, by id. */
  clips: Readonly<Record<string, readonly string[]>>;
  /** The scene without style. */
  original: readonly string[];
  /** Data address of the style's picture. */
  style: string | null;
}

export function sheetPage(content: SheetContent): string {
  const data = JSON.stringify({ ...content, frames: content.original.length, columns: COLUMNS });
  // What a script element holds must not end it.
  return page.replace('__DATA__', () => data.replaceAll('<', '\\u003c'));
}
