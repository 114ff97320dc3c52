// Painted styles in the browser's own store, so that they are there again when their field is: files by the field's
// fingerprint and the style's id. None goes to make room for another. Where the browser has no store or no room, that
// is said once, and all else goes on.

import { createStore, del, entries, set, type UseStore } from 'idb-keyval';

/** A style file, and when it was kept. */
interface StyleFile {
  bytes: Uint8Array<ArrayBuffer>;
  at: number;
}

/** What is needed of the browser's store; idb-keyval's by default. Entries may be of any shape: others write too. */
export interface StyleFileStore {
  entries(): Promise<[string, unknown][]>;
  set(key: string, file: StyleFile): Promise<void>;
  delete(key: string): Promise<void>;
}

export class StyleFiles {
  private hasFailed = false;

  /** @param onFailure hears one sentence, the first time that something could not be kept */
  constructor(
    private readonly onFailure: (sentence: string) => void,
    private readonly store: StyleFileStore = browserStore(),
  ) {}

  /** @returns whether it is kept */
  async keep(fingerprint: string, id: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    return await this.guarded(async () => {
      await this.store.set(keyOf(fingerprint, id), { bytes, at: Date.now() });
      return true;
    }, false);
  }

  async forget(fingerprint: string, id: string): Promise<void> {
    await this.guarded(() => this.store.delete(keyOf(fingerprint, id)), undefined);
  }

  /** The files of a field, oldest first. */
  async of(fingerprint: string): Promise<Uint8Array<ArrayBuffer>[]> {
    const all = await this.guarded(() => this.store.entries(), []);
    return all
      .filter(([key]) => String(key).startsWith(keyOf(fingerprint, '')))
      .flatMap(([, value]) => (isStyleFile(value) ? [value] : []))
      .sort((a, b) => a.at - b.at)
      .map(({ bytes }) => bytes);
  }

  private async guarded<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await work();
    } catch (error) {
      console.debug(`styles are not kept: ${(error as Error).message}`);
      if (!this.hasFailed) this.onFailure(sentenceOf(error as Error));
      this.hasFailed = true;
      return otherwise;
    }
  }
}

const keyOf = (fingerprint: string, id: string) => `${fingerprint}/${id}`;

function isStyleFile(value: unknown): value is StyleFile {
  const { bytes, at } = (value ?? {}) as Partial<StyleFile>;
  return bytes instanceof Uint8Array && typeof at === 'number';
}

function sentenceOf({ name }: Error): string {
  const why = name === 'QuotaExceededError' ? 'has no room left for' : 'does not keep';
  return `This browser ${why} painted styles: export those that you want to have again`;
}

function browserStore(): StyleFileStore {
  // Opened when it is first needed: where there is none, that is when it fails.
  let opened: UseStore | undefined;
  const store = () => {
    opened ??= createStore('impasto-styles', 'files');
    return opened;
  };
  return {
    entries: async () => await entries<string, unknown>(store()),
    set: async (key, file) => await set(key, file, store()),
    delete: async (key) => await del(key, store()),
  };
}
