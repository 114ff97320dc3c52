// The page's history, its fades, and the styles that the browser keeps: order, bounds, and what happens when there is no
// store or no room.

import { describe, expect, it } from 'vitest';
import { inputError } from '../../../src/errors.ts';
import type { ImpastoSession } from '../../../src/session/types.ts';
import { type StyleFileStore, StyleFiles } from '../../../src/viewer/autosave/style-files.ts';
import { mixBetween } from '../../../src/viewer/fade.ts';
import { type Change, History } from '../../../src/viewer/history.ts';
import { initialState } from '../../../src/viewer/page-state.ts';
import { PaintedKeeper } from '../../../src/viewer/painted-keeper.ts';
import { Store } from '../../../src/viewer/store.ts';

function historyOf() {
  const log: string[] = [];
  const failures: unknown[] = [];
  let named: [string | null, string | null] = [null, null];
  const history = new History(
    (undo, redo) => {
      named = [undo, redo];
    },
    (error) => failures.push(error),
  );
  const change = (name: string, more: Partial<Change> = {}): Change => ({
    name,
    do: () => void log.push(`do ${name}`),
    undo: () => void log.push(`undo ${name}`),
    drop: () => void log.push(`drop ${name}`),
    ...more,
  });
  return { history, log, failures, change, named: () => named };
}

describe('History', () => {
  it('undoes and does again in order, and tells what is next', async () => {
    const { history, log, change, named } = historyOf();
    await history.run(change('a'));
    await history.run(change('b'));
    expect(named()).toEqual(['b', null]);
    await history.undo();
    expect(named()).toEqual(['a', 'b']);
    await history.undo();
    await history.undo();
    expect(named()).toEqual([null, 'a']);
    await history.redo();
    expect(log).toEqual(['do a', 'do b', 'undo b', 'undo a', 'do a']);
    // Something new: what was undone can come back no more.
    await history.run(change('c'));
    expect(log.slice(5)).toEqual(['do c', 'drop b']);
    expect(named()).toEqual(['c', null]);
  });

  it('takes one after another, however long each takes', async () => {
    const { history, log, change } = historyOf();
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      log.push('slow');
    };
    void history.run(change('slow', { do: slow }));
    void history.run(change('quick'));
    await history.undo();
    expect(log).toEqual(['slow', 'do quick', 'undo quick']);
  });

  it('remembers a drag as one change, and none that ends where it began', async () => {
    const { history, named } = historyOf();
    let value = 1;
    const apply = (to: number) => {
      value = to;
    };
    for (const to of [0.9, 0.5, 0.2]) history.dragging('strength', value, to, apply);
    expect(value).toBe(0.2);
    history.endDrag('strength', value, apply);
    expect(named()).toEqual(['strength', null]);
    await history.undo();
    expect(value).toBe(1);
    await history.redo();
    expect(value).toBe(0.2);
    history.dragging('strength', value, 0.7, apply);
    history.dragging('strength', value, 0.2, apply);
    history.endDrag('strength', value, apply);
    await history.undo();
    expect(value).toBe(1);
    expect(named()).toEqual([null, 'strength']);
  });

  it('forgets the oldest beyond its bounds, and lets go of what they held', async () => {
    const { history, log, change } = historyOf();
    for (let i = 0; i < 70; i++) await history.run(change(`${i}`));
    expect(log.filter((line) => line.startsWith('drop'))).toEqual([0, 1, 2, 3, 4, 5].map((i) => `drop ${i}`));
    log.length = 0;
    await history.run(change('large', { holds: 190 << 20 }));
    await history.run(change('larger', { holds: 191 << 20 }));
    // Only the last is left: it alone may hold more.
    expect(log.filter((line) => line.startsWith('drop'))).toHaveLength(65);
    history.clear();
    expect(log.at(-1)).toBe('drop larger');
  });

  it('goes on after a change that fails, and does not remember it', async () => {
    const { history, log, change, failures, named } = historyOf();
    const fail = () => {
      throw new Error('no');
    };
    await history.run(change('a'));
    await history.run(change('bad', { do: fail }));
    expect(named()).toEqual(['a', null]);
    await history.run(change('worse', { undo: fail }));
    await history.undo();
    expect(failures).toHaveLength(2);
    expect(log.at(-1)).toBe('drop worse');
    await history.undo();
    expect(log.at(-1)).toBe('undo a');
  });
});

describe('mixBetween', () => {
  const one = (id: string, weight = 1) => ({ id, weight });
  it('begins and ends as the looks themselves, and is their mean half way', () => {
    const from = { styles: [one('a', 3)], strength: 0.5 };
    const to = { styles: [one('a', 1), one('b', 1)], strength: 1 };
    expect(mixBetween(from, to, 0)).toEqual({ styles: [one('a', 0.5), one('b', 0)], strength: 0.5 });
    expect(mixBetween(from, to, 1)).toEqual({ styles: [one('a', 0.5), one('b', 0.5)], strength: 1 });
    expect(mixBetween(from, to, 0.5)).toEqual({ styles: [one('a', 0.5), one('b', 0.25)], strength: 0.75 });
  });

  it('fades to and from the plain field by strength, and not where it would be too many styles', () => {
    const plain = { styles: [], strength: 1 };
    const styled = { styles: [one('a')], strength: 0.8 };
    expect(mixBetween(plain, styled, 0.25)).toEqual({ styles: [one('a', 0.2)], strength: 0.2 });
    const three = (names: string) => ({ styles: [...names].map((name) => one(name)), strength: 1 });
    expect(mixBetween(three('abc'), three('cde'), 0.5)).toBeNull();
    expect(mixBetween(three('abc'), three('bcd'), 0.5)).not.toBeNull();
  });
});

function memoryStore(): StyleFileStore & { map: Map<string, unknown> } {
  const map = new Map<string, unknown>();
  return {
    map,
    entries: async () => [...map],
    set: async (key, file) => void map.set(key, { ...file, at: map.size }),
    delete: async (key) => void map.delete(key),
  };
}

describe('StyleFiles', () => {
  const file = (length: number, value: number) => new Uint8Array(length).fill(value);

  it('gives a field its own styles, oldest first, until they are forgotten', async () => {
    const kept = new StyleFiles(() => expect.unreachable(), memoryStore());
    await kept.keep('aaaaaaaa', '1', file(3, 1));
    await kept.keep('bbbbbbbb', '2', file(3, 2));
    await kept.keep('aaaaaaaa', '3', file(3, 3));
    expect(await kept.of('aaaaaaaa')).toEqual([file(3, 1), file(3, 3)]);
    await kept.forget('aaaaaaaa', '1');
    expect(await kept.of('aaaaaaaa')).toEqual([file(3, 3)]);
    expect(await kept.of('cccccccc')).toEqual([]);
  });

  it('takes none away to make room for another, and reads nothing of another shape', async () => {
    const store = memoryStore();
    const kept = new StyleFiles(() => expect.unreachable(), store);
    for (let i = 0; i < 4; i++) await kept.keep('aaaaaaaa', `${i}`, file(4, i));
    expect([...store.map.keys()]).toEqual([0, 1, 2, 3].map((i) => `aaaaaaaa/${i}`));
    for (const [i, strange] of [null, 'text', { bytes: [1, 2, 3], at: 1 }, { bytes: file(1, 9) }].entries())
      store.map.set(`aaaaaaaa/strange-${i}`, strange);
    expect(await kept.of('aaaaaaaa')).toHaveLength(4);
  });

  it.each([
    ['QuotaExceededError', /has no room left for painted styles/],
    ['SecurityError', /does not keep painted styles/],
  ])('says once in a sentence that nothing is kept (%s), and goes on', async (name, sentence) => {
    const fail = async () => {
      throw Object.assign(new Error('refused'), { name });
    };
    const told: string[] = [];
    const kept = new StyleFiles((text) => told.push(text), { entries: fail, set: fail, delete: fail });
    expect(await kept.keep('aaaaaaaa', '1', file(1, 1))).toBe(false);
    expect(await kept.of('aaaaaaaa')).toEqual([]);
    await kept.forget('aaaaaaaa', '1');
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(sentence);
  });
});

describe('PaintedKeeper', () => {
  const file = (value: number) => new Uint8Array([value, 2, 3]);

  /** An engine whose field has the fingerprint 'aaaaaaaa'; a style file of [n, 2, 3] is style n, and 66 is broken. */
  function keeperOf(styleFiles: StyleFiles) {
    const listeners = new Map<string, (detail: unknown) => void>();
    const styles: { id: string; names: string[]; thumbnail: null; options: object }[] = [];
    const session = {
      state: { busy: 'idle', trainedSteps: 9, shown: [] },
      on: (event: string, listener: (detail: unknown) => void) => void listeners.set(event, listener),
      library: {
        styles,
        fingerprint: async () => 'aaaaaaaa',
        thumbnail: async () => new Uint8Array(),
        export: async (id: string) => file(Number(id)),
        async import([id]: Uint8Array) {
          if (id === 66) throw inputError('a painting that was kept', null, 'a style file', '3 bytes');
          styles.push({ id: `${id}`, names: [`style ${id}`], thumbnail: null, options: {} });
          listeners.get('library')!({ styles });
          return styles.at(-1);
        },
      },
    } as unknown as ImpastoSession;
    const said: string[] = [];
    const store = new Store(initialState());
    const notices = { show: (_: string, text: string) => void said.push(text) };
    new PaintedKeeper({ session, store, notices, styleFiles, onError: (error) => expect.unreachable(`${error}`) });
    return { listeners, said, styles, store, import: (id: number) => session.library.import(file(id), '') };
  }

  const later = (ms = 1500) => new Promise((resolve) => setTimeout(resolve, ms));

  it('takes in what can be read beside a broken file, leaves that one, and keeps what is new', async () => {
    const files = memoryStore();
    const styleFiles = new StyleFiles(() => expect.unreachable(), files);
    for (const id of [1, 66, 2]) await styleFiles.keep('aaaaaaaa', `${id}`, file(id));
    const keeper = keeperOf(styleFiles);
    keeper.listeners.get('changed')!({ reason: 'load' });
    await later();
    expect(keeper.styles.map(({ id }) => id)).toEqual(['1', '2']);
    expect(keeper.said).toEqual([expect.stringContaining('it is left as it was kept')]);
    await keeper.import(3);
    await later();
    expect([...files.map.keys()]).toEqual(['1', '66', '2', '3'].map((id) => `aaaaaaaa/${id}`));
    expect(keeper.store.state.library.styles.map(({ name }) => name)).toEqual(['style 1', 'style 2', 'style 3']);
  });
});
