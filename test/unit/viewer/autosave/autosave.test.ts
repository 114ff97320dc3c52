// What is kept of a person's fields: whose they are, when, how often, and what becomes of them where two tabs meet, the
// store is full or there is none. The engine is a stand-in that counts how often it is asked to save; time is the test's.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ImpastoSession, SessionEvents } from '../../../../src/session/types.ts';
import { Autosave, type AutosaveParts } from '../../../../src/viewer/autosave/autosave.ts';
import { type AutosaveStore, browserStore } from '../../../../src/viewer/autosave/autosave-store.ts';
import {
  describeSnapshot,
  type FieldSnapshot,
  readSnapshotInfo,
  type SnapshotInfo,
} from '../../../../src/viewer/autosave/field-snapshot.ts';

type Reason = SessionEvents['changed']['reason'];

function engine() {
  const state = { busy: 'training', trainedSteps: 0, scene: { name: 'Still life' }, style: [] as string[] };
  const listeners = new Map<string, (detail: unknown) => void>();
  const saves: number[] = [];
  const session = {
    state,
    on: (event: string, listener: (detail: unknown) => void) => {
      listeners.set(event, listener);
      return () => undefined;
    },
    async save() {
      saves.push(state.trainedSteps);
      return new Uint8Array([state.trainedSteps]);
    },
  } as unknown as ImpastoSession;
  const hear = (reason: Reason) => listeners.get('changed')!({ reason });
  return {
    state,
    saves,
    session,
    hear,
    train(step: number) {
      state.trainedSteps = step;
      hear('train');
    },
    editRegions: () => listeners.get('regions')!({ list: [] }),
    /** As the engine does it: the field is there, then that is said. */
    open(name: string, step: number) {
      state.busy = 'loading';
      listeners.get('regions')!({ list: [] });
      Object.assign(state, { trainedSteps: step, scene: { name } });
      hear('load');
      state.busy = 'idle';
    },
  };
}

/** A browser's store that any number of tabs share. */
function memoryStore() {
  const kept = new Map<string, FieldSnapshot>();
  const store: AutosaveStore = {
    async list() {
      const works = [...kept.values()].map(({ bytes: _, ...info }) => info);
      return { works: works.sort((a, b) => b.at - a.at), unreadable: [] };
    },
    read: async (id) => kept.get(id)?.bytes ?? null,
    async write(snapshot, over) {
      if ((kept.get(snapshot.id)?.revision ?? 0) !== over) return false;
      kept.set(snapshot.id, snapshot);
      return true;
    },
    delete: async (id) => void kept.delete(id),
  };
  return { kept, store };
}

function autosaveOf(session: ImpastoSession, store: AutosaveStore, parts: Partial<AutosaveParts> = {}) {
  const said: string[] = [];
  let works: readonly SnapshotInfo[] = [];
  const autosave = new Autosave({
    session,
    store,
    picture: async () => 'data:,',
    onList: (list) => {
      works = list;
    },
    onFailure: (sentence) => said.push(sentence),
    ...parts,
  });
  return { autosave, said, works: () => works };
}

const rest = (ms = 5000) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('Autosave: whose it is', () => {
  it('never keeps what is merely shown, whatever is shown of it', async () => {
    const { kept, store } = memoryStore();
    const { session, open, hear } = engine();
    autosaveOf(session, store);
    open('Fishing boat', 500);
    hear('shown');
    await rest();
    expect(kept.size).toBe(0);
  });

  it('leaves earlier works alone when another field is shown, trained or painted', async () => {
    const { kept, store } = memoryStore();
    const first = engine();
    autosaveOf(first.session, store);
    first.train(9);
    first.state.busy = 'idle';
    await rest();
    const own = [...kept.values()][0];
    expect(own).toMatchObject({ scene: 'Still life', step: 9, size: 1, picture: 'data:,' });

    // A later visit: the page shows its first scene, and only later something is done with it.
    const second = engine();
    const { works, autosave } = autosaveOf(second.session, store);
    await autosave.begin();
    second.open('Fishing boat', 500);
    second.hear('shown');
    await rest();
    expect([...kept.values()]).toEqual([own]);
    second.hear('style');
    await rest();
    second.open('Fishing boat', 500);
    second.editRegions();
    await rest();
    expect(kept.get(own.id)).toBe(own);
    expect(works().map(({ scene }) => scene)).toEqual(['Fishing boat', 'Fishing boat', 'Still life']);
    expect(new Set(works().map(({ id }) => id)).size).toBe(3);
  });

  it('goes on with a work that was opened again, and replaces it alone', async () => {
    const { kept, store } = memoryStore();
    const first = engine();
    const { works } = autosaveOf(first.session, store);
    first.train(9);
    first.state.busy = 'idle';
    await rest();
    const second = engine();
    const { autosave } = autosaveOf(second.session, store);
    await autosave.begin();
    second.open('Still life', 9);
    autosave.resume(works()[0]);
    await rest();
    expect(kept.get(works()[0].id)).toMatchObject({ step: 9, revision: 1 });
    // What is shown of one's own work is part of it.
    second.hear('shown');
    await rest();
    expect([...kept.values()]).toMatchObject([{ id: works()[0].id, step: 9, revision: 2 }]);
  });

  it('lets two tabs go on with one work side by side', async () => {
    const { kept, store } = memoryStore();
    const first = engine();
    const one = autosaveOf(first.session, store);
    first.train(9);
    first.state.busy = 'idle';
    await rest();
    const second = engine();
    const two = autosaveOf(second.session, store);
    await two.autosave.begin();
    second.open('Still life', 9);
    two.autosave.resume(two.works()[0]);
    first.train(20);
    await rest();
    second.train(30);
    await rest();
    first.train(21);
    await rest();
    second.train(31);
    await rest();
    expect([...kept.values()].map(({ step }) => step)).toEqual([21, 31]);
    expect(one.autosave.last?.id).not.toBe(two.autosave.last?.id);
  });

  it('deletes what is asked for, and begins a new work where that was the present one', async () => {
    const { kept, store } = memoryStore();
    const { session, train, state } = engine();
    const { autosave, works } = autosaveOf(session, store);
    train(9);
    state.busy = 'idle';
    await rest();
    const [{ id }] = works();
    await autosave.delete(id);
    expect([kept.size, works().length]).toEqual([0, 0]);
    train(10);
    await rest();
    expect([...kept.values()]).toMatchObject([{ step: 10 }]);
    expect(kept.has(id)).toBe(false);
  });
});

describe('Autosave: when', () => {
  it('keeps the first trained field at once, then once a minute', async () => {
    const { kept, store } = memoryStore();
    const { session, saves, train } = engine();
    const { autosave } = autosaveOf(session, store);
    for (let second = 0; second < 150; second++) {
      train(second);
      await rest(1000);
    }
    expect(saves).toEqual([1, 62, 123]);
    expect(autosave.last).toMatchObject({ scene: 'Still life', step: 123, style: [] });
    expect([...kept.values()].map(({ step }) => step)).toEqual([123]);
  });

  it('keeps what is new when the page comes to rest, and nothing twice', async () => {
    const { session, saves, train, state } = engine();
    const { autosave } = autosaveOf(session, memoryStore().store);
    train(1);
    await rest(10);
    train(9);
    expect(autosave.hasUnkept).toBe(true);
    state.busy = 'idle';
    await rest();
    expect(saves).toEqual([1, 9]);
    expect(autosave.hasUnkept).toBe(false);
    await rest(120_000);
    expect(saves).toEqual([1, 9]);
  });

  it('keeps the end of a training that came while its beginning was still being written', async () => {
    const { session, saves, train, state } = engine();
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, 3000));
      return null;
    };
    const { works } = autosaveOf(session, memoryStore().store, { picture: slow });
    train(1);
    await rest(100);
    train(8);
    state.busy = 'idle';
    await rest(10_000);
    expect(saves).toEqual([1, 8]);
    expect(works()).toMatchObject([{ step: 8, revision: 2 }]);
  });

  it('keeps the end of a training that is busy for long after its last step', async () => {
    const { session, saves, train, state } = engine();
    autosaveOf(session, memoryStore().store);
    train(1);
    await rest(100);
    train(8);
    await rest(3000);
    expect(saves).toEqual([1]);
    state.busy = 'idle';
    await rest(1000);
    expect(saves).toEqual([1, 8]);
  });

  it('does not read a field whose style is growing, and forgets changes when another is opened', async () => {
    const { session, saves, state, hear } = engine();
    autosaveOf(session, memoryStore().store);
    Object.assign(state, { trainedSteps: 5, busy: 'stylizing' });
    hear('style');
    await rest(120_000);
    expect(saves).toEqual([]);
    hear('load');
    state.busy = 'idle';
    await rest(120_000);
    expect(saves).toEqual([]);
  });
});

describe('Autosave: where it cannot be kept', () => {
  const refusing = (error: Error): AutosaveStore => {
    const refuse = async (): Promise<never> => {
      throw error;
    };
    return { list: refuse, read: refuse, write: refuse, delete: refuse };
  };

  it('lives on in memory where the browser stores nothing, and says so once', async () => {
    const { session, train } = engine();
    const { autosave, said } = autosaveOf(session, refusing(new Error('denied')));
    await autosave.begin();
    train(3);
    await autosave.settled();
    train(4);
    await rest(70_000);
    expect(autosave.last?.step).toBe(3);
    expect(autosave.lastIsStored).toBe(false);
    expect(autosave.hasUnkept).toBe(true);
    expect(await autosave.read('any')).toBeNull();
    expect(said).toEqual(['This browser keeps nothing for this page: save as a file what you want to have again']);
  });

  it('starts where the database itself cannot be opened', async () => {
    const open = vi.fn(() => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    });
    vi.stubGlobal('indexedDB', { open });
    const { autosave, said } = autosaveOf(engine().session, browserStore());
    await autosave.begin();
    vi.unstubAllGlobals();
    expect(open).toHaveBeenCalled();
    expect(said).toHaveLength(1);
  });

  it('says that the store is full, and has let go of nothing older', async () => {
    const { kept, store } = memoryStore();
    const { session, train, state } = engine();
    const { said, autosave } = autosaveOf(session, store);
    train(9);
    state.busy = 'idle';
    await rest();
    const before = [...kept.values()];
    const full = Object.assign(new Error('full'), { name: 'QuotaExceededError' });
    const write = vi.spyOn(store, 'write').mockRejectedValue(full);
    train(10);
    await rest();
    train(11);
    await rest();
    expect(said).toEqual([
      'This browser has no room left for Still life (0.0 MB): save it as a file, or delete an earlier work; none was touched',
    ]);
    expect([...kept.values()]).toEqual(before);
    expect(autosave.hasUnkept).toBe(true);
    // Room was made: the next change is kept again.
    write.mockRestore();
    train(12);
    await rest();
    expect([...kept.values()]).toMatchObject([{ step: 12 }]);
    expect(autosave.lastIsStored).toBe(true);
  });

  it('sets aside what is of another shape, and says so', async () => {
    const { store } = memoryStore();
    vi.spyOn(store, 'list').mockResolvedValue({ works: [], unreadable: ['impasto.kept'] });
    const { autosave, said } = autosaveOf(engine().session, store);
    await autosave.begin();
    expect(said).toEqual(['One kept work is of another version of this page: not opened here, and left as it was']);
  });
});

describe('snapshots', () => {
  const info: SnapshotInfo = {
    id: 'a',
    revision: 1,
    scene: 'Fox',
    step: 1200,
    style: ['Wave'],
    at: 0,
    size: 4_060_000,
    picture: null,
  };

  it('are believed only where every part is what it should be', () => {
    expect(readSnapshotInfo(info)).toBe(info);
    for (const bad of [
      undefined,
      null,
      7,
      'text',
      [],
      { bytes: new Uint8Array(), scene: 'Fox', step: 1 },
      { ...info, style: undefined },
      { ...info, style: [1] },
      { ...info, at: Number.NaN },
      { ...info, picture: 3 },
      { ...info, id: undefined },
    ]) {
      expect(readSnapshotInfo(bad)).toBeNull();
    }
  });

  it('say steps, painting, age and size', () => {
    expect(describeSnapshot(info, 10_000)).toBe('1,200 steps, painted as Wave, kept less than a minute ago, 4.1 MB');
    expect(describeSnapshot(info, 59_000)).toContain('kept less than a minute ago');
    expect(describeSnapshot(info, 119_000)).toContain('kept a minute ago');
    expect(describeSnapshot({ ...info, style: [] }, 5 * 60_000)).toBe('1,200 steps, kept 5 minutes ago, 4.1 MB');
    expect(describeSnapshot(info, 3 * 86_400_000)).toContain('kept 3 days ago');
  });
});
