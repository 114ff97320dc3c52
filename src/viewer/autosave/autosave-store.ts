// Where works are kept: the browser's own database, what is told of a work and its file side by side, written together
// or not at all. Nothing here ever takes a work away to make room for another.

import { createStore, del, get, type UseStore } from 'idb-keyval';
import { type FieldSnapshot, readSnapshotInfo, type SnapshotInfo } from './field-snapshot.ts';

/** Works, newest first, and the keys of what is there and of another shape. */
export interface Kept {
  works: SnapshotInfo[];
  unreadable: string[];
}

/** Every method rejects where the browser has no store, or refuses it. */
export interface AutosaveStore {
  list(): Promise<Kept>;
  /** The file of a work; null where it has none (any more). */
  read(id: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /**
   * @param over the revision that this one follows, 0 for the first
   * @returns false where another tab has written to the work meanwhile: nothing is changed then
   */
  write(snapshot: FieldSnapshot, over: number): Promise<boolean>;
  /** Only what a person asks to be deleted. */
  delete(id: string): Promise<void>;
}

const INFO = 'info/';
const FILE = 'file/';
/** The one key of earlier versions, in idb-keyval's own store. */
const FORMER_KEY = 'impasto.kept';

export function browserStore(): AutosaveStore {
  // Opened when it is first needed: where there is none that is when it fails, and every time again.
  let opened: UseStore | undefined;
  const store: UseStore = async (mode, work) => {
    opened ??= createStore('impasto-works', 'works');
    return await opened(mode, work);
  };
  return {
    async list() {
      const former = await takeFormer(store);
      const infos = IDBKeyRange.bound(INFO, `${INFO}\uffff`);
      const [keys, values] = await store('readonly', (works) =>
        Promise.all([answer(works.getAllKeys(infos)), answer(works.getAll(infos))]),
      );
      const kept: Kept = { works: [], unreadable: former };
      for (const [i, value] of values.entries()) {
        const info = readSnapshotInfo(value);
        if (info && `${INFO}${info.id}` === keys[i]) kept.works.push(info);
        else kept.unreadable.push(String(keys[i]));
      }
      kept.works.sort((a, b) => b.at - a.at);
      return kept;
    },
    async read(id) {
      const bytes: unknown = await store('readonly', (works) => answer(works.get(FILE + id)));
      return bytes instanceof Uint8Array ? (bytes as Uint8Array<ArrayBuffer>) : null;
    },
    write: (snapshot, over) => store('readwrite', (works) => writeOver(works, snapshot, over)),
    delete: (id) =>
      store('readwrite', async (works) => {
        works.delete(INFO + id);
        works.delete(FILE + id);
        await ended(works.transaction);
      }),
  };
}

async function writeOver(works: IDBObjectStore, { bytes, ...info }: FieldSnapshot, over: number): Promise<boolean> {
  const there = readSnapshotInfo(await answer(works.get(INFO + info.id)));
  if ((there?.revision ?? 0) !== over) return false;
  works.put(info, INFO + info.id);
  works.put(bytes, FILE + info.id);
  await ended(works.transaction);
  return true;
}

/** Takes over the one work of earlier versions. @returns its key where it is of another shape, and stays there */
async function takeFormer(store: UseStore): Promise<string[]> {
  const value = (await get(FORMER_KEY)) as (Partial<FieldSnapshot> & object) | undefined;
  if (value === undefined) return [];
  const { bytes } = value ?? {};
  const info = readSnapshotInfo({ ...value, id: 'former', revision: 1, size: bytes?.length, picture: null });
  if (!info || !(bytes instanceof Uint8Array)) return [FORMER_KEY];
  await store('readwrite', (works) => writeOver(works, { ...info, bytes }, 0));
  await del(FORMER_KEY);
  return [];
}

const answer = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const ended = (transaction: IDBTransaction) =>
  new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
