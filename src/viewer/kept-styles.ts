// Painted styles in the browser's own store, so that they are there again when their field is: files by the field's
// fingerprint and the style's id. Where the browser has no store or no room, that is said once, and all else goes on.

import { createStore, del, entries, set, type UseStore } from 'idb-keyval';

/** A style file, when it was kept, and how long it is. */
interface KeptStyle {
  bytes: Uint8Array<ArrayBuffer>;
  at: number;
}

/** What is needed of the browser's store; idb-keyval's by default. */
export interface StyleStore {
  entries(): Promise<[string, KeptStyle][]>;
  set(key: string, kept: KeptStyle): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Of all fields together; beyond it the oldest go. */
const MOST_BYTES = 256 << 20;

export class KeptStyles {
  private told = false;

  /** @param onFailure hears one sentence, the first time that something could not be kept */
  constructor(
    private readonly onFailure: (sentence: string) => void,
    private readonly store: StyleStore = browserStore(),
    private readonly most = MOST_BYTES,
  ) {}

  /** @returns whether it is kept */
  async keep(fingerprint: string, id: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    return await this.guarded(async () => {
      await this.store.set(keyOf(fingerprint, id), { bytes, at: Date.now() });
      await this.prune();
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
      .filter(([key]) => key.startsWith(keyOf(fingerprint, '')))
      .sort(([, a], [, b]) => a.at - b.at)
      .map(([, { bytes }]) => bytes);
  }

  private async prune(): Promise<void> {
    const all = (await this.store.entries()).sort(([, a], [, b]) => b.at - a.at);
    let bytes = 0;
    for (const [key, kept] of all) {
      bytes += kept.bytes.length;
      if (bytes > this.most) await this.store.delete(key);
    }
  }

  private async guarded<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await work();
    } catch (error) {
      console.debug(`styles are not kept: ${(error as Error).message}`);
      if (!this.told) this.onFailure(sentenceOf(error as Error));
      this.told = true;
      return otherwise;
    }
  }
}

const keyOf = (fingerprint: string, id: string) => `${fingerprint}/${id}`;

function sentenceOf({ name }: Error): string {
  const why = name === 'QuotaExceededError' ? 'has no room left for' : 'does not keep';
  return `This browser ${why} painted styles: export those that you want to have again`;
}

function browserStore(): StyleStore {
  // Opened when it is first needed: where there is none, that is when it fails.
  let opened: UseStore | undefined;
  const store = () => {
    opened ??= createStore('impasto-styles', 'files');
    return opened;
  };
  return {
    entries: async () => await entries<string, KeptStyle>(store()),
    set: async (key, kept) => await set(key, kept, store()),
    delete: async (key) => await del(key, store()),
  };
}
