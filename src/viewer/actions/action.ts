// What a person can do, declared once: buttons, keys and the help card are made of it. A new action is one entry in one
// of the lists beside this file; a new list is one line in index.ts.

import type { Page } from '../page.ts';
import type { PageState } from '../page-state.ts';

export interface Action {
  /** 'room.what', the same through all versions. */
  id: string;
  /** On its button. */
  title: string | ((state: PageState) => string);
  /** What the help card says beside its keys; the title where it says enough. */
  help?: string;
  /** As KeyboardEvent.key has them, behind 'ctrl+' and 'shift+' where those are held. */
  keys?: readonly string[];
  /** The one that a panel is for, or is for now. */
  primary?: boolean | ((state: PageState) => boolean);
  /** Whether its button can be pressed; a key says in a sentence why it cannot. */
  enabled?(state: PageState): boolean;
  run(page: Page): unknown;
}

export const isPrimary = ({ primary = false }: Action, state: PageState): boolean =>
  typeof primary === 'boolean' ? primary : primary(state);

export const titleOf = ({ title }: Action, state: PageState): string =>
  typeof title === 'string' ? title : title(state);

/** How the help card and tooltips write a key. */
export function keyLabel(key: string): string {
  const names: Record<string, string> = {
    ' ': 'space',
    ArrowLeft: '←',
    ArrowRight: '→',
    ArrowUp: '↑',
    ArrowDown: '↓',
    Escape: 'esc',
  };
  const parts = key.split(/\+(?!$)/);
  return parts.map((part) => names[part] ?? part).join(' ');
}

/** 'ctrl+z' for what was pressed. The command key counts as ctrl; shift only where the key does not tell it by itself. */
export function pressedKey(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey'>): string {
  const { key } = event;
  const name = key.length === 1 ? key.toLowerCase() : key;
  const ctrl = event.ctrlKey || event.metaKey;
  const shift = event.shiftKey && (ctrl || key.length > 1);
  return `${ctrl ? 'ctrl+' : ''}${shift ? 'shift+' : ''}${name}`;
}
