// Actions are declared once: no two share an id or a key, every button that a panel names is one of them, and a key
// works wherever the focus is unless it is used there.

import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyLabel, pressedKey } from '../../../../src/viewer/actions/action.ts';
import { ACTIONS, actionBy, commandsOf } from '../../../../src/viewer/actions/index.ts';
import type { Page } from '../../../../src/viewer/page.ts';
import { keepsForItself } from '../../../../src/viewer/shortcuts.ts';

const PANELS = resolve(import.meta.dirname, '../../../../src/viewer/panels');

describe('actions', () => {
  it('have an id and keys of their own, and what a key does is said', () => {
    const ids = ACTIONS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const keys = ACTIONS.flatMap((action) => action.keys ?? []);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain('ctrl+y');
    expect(keys).not.toContain('?');
  });

  it('are all that panels name', () => {
    const named = readdirSync(PANELS).flatMap((file) => {
      const text = readFileSync(resolve(PANELS, file), 'utf8');
      return [...text.matchAll(/addActions\(\w+, page, ([^)]*)\)/g)].flatMap(([, list]) => list.match(/[\w.-]+/g)!);
    });
    expect(named.length).toBeGreaterThan(10);
    for (const id of named) expect(actionBy(id).id).toBe(id);
    expect(() => actionBy('nothing')).toThrow(/expected one of the lists/);
  });

  it('are called by name with the page before their own arguments', () => {
    const changes: unknown[] = [];
    const page = { store: { update: (...change: unknown[]) => changes.push(change) } } as unknown as Page;
    const commands = commandsOf(page);
    commands.setPreset('max');
    expect(changes).toEqual([['training', { preset: 'max' }]]);
    expect(Object.values(commands).every((run) => typeof run === 'function')).toBe(true);
  });
});

/** As much of an element as `closest` needs for lists of tags with attributes. */
function focusOn(tag: string, attributes: Record<string, string> = {}) {
  const matches = (selector: string) => {
    const [, name, conditions] = /^([a-z]*)(.*)$/.exec(selector.trim())!;
    if (name && name !== tag) return false;
    const not = /^:not\(\[(\w+)\]\)$/.exec(conditions);
    if (not) return !(not[1] in attributes);
    const has = /^\[(\w+)(?:=(\w+))?\]$/.exec(conditions);
    return has ? (has[2] ? attributes[has[1]] === has[2] : has[1] in attributes) : conditions === '';
  };
  return { closest: (list: string) => (list.split(',').some(matches) ? ({} as Element) : null) };
}

describe('keys', () => {
  const body = focusOn('body');
  const box = focusOn('input', { type: 'checkbox' });
  const list = focusOn('select');
  const slider = focusOn('input', { type: 'range' });
  const button = focusOn('button');
  const text = [focusOn('input'), focusOn('input', { type: 'number' }), focusOn('textarea')];

  it('work after a check box, a list, a slider and a button were used', () => {
    for (const focus of [body, box, list, slider, button]) {
      for (const key of ['g', 'p', 'Escape', '?', 'ctrl+z', 'ctrl+y']) expect(keepsForItself(focus, key)).toBe(false);
    }
  });

  it('are left to what uses them itself', () => {
    for (const focus of text) for (const key of ['g', ' ', 'ctrl+z']) expect(keepsForItself(focus, key)).toBe(true);
    for (const focus of [box, list, button]) expect(keepsForItself(focus, ' ')).toBe(true);
    for (const focus of [slider, list]) expect(keepsForItself(focus, 'ArrowLeft')).toBe(true);
    expect(keepsForItself(body, ' ')).toBe(false);
    expect(keepsForItself(box, 'ArrowLeft')).toBe(false);
  });

  it('wait until a question is answered, but for the escape that cancels what asks', () => {
    const question = (own: boolean) => ({
      closest: (list: string) => (list === '.question' || (own && list === '[data-escapes]') ? ({} as Element) : null),
    });
    expect(keepsForItself(question(false), 'p')).toBe(true);
    expect(keepsForItself(question(false), 'Escape')).toBe(false);
    expect(keepsForItself(question(true), 'Escape')).toBe(true);
  });

  it('are told with what is held beside them, and written as people write them', () => {
    const pressed = { key: 'z', ctrlKey: false, metaKey: false, shiftKey: false };
    expect(pressedKey(pressed)).toBe('z');
    expect(pressedKey({ ...pressed, key: 'G', shiftKey: true })).toBe('g');
    expect(pressedKey({ ...pressed, metaKey: true })).toBe('ctrl+z');
    expect(pressedKey({ ...pressed, key: 'Z', ctrlKey: true, shiftKey: true })).toBe('ctrl+shift+z');
    expect([' ', 'ArrowLeft', 'ctrl+shift+z', '?'].map(keyLabel)).toEqual(['space', '←', 'ctrl shift z', '?']);
  });
});
