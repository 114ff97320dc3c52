// What was fetched of one address, in a cache of bytes by key: header, tensors, and a state that says of which file they
// are and whether all of it was judged good. Only then is it used without the server; parts of an unfinished fetch serve
// the next one, if the server still has the same file.

import type { FileState } from './remote-file.ts';

/** Where fetched bytes are kept. `set` may fail; keys are made of letters, digits, '.' and '-'. */
export interface WeightsCache {
  get(key: string): Promise<Uint8Array | null>;
  set(key: string, bytes: Uint8Array): Promise<void>;
  delete(key: string): Promise<void>;
}

interface KeptState extends FileState {
  whole: boolean;
}

export class FetchedParts {
  constructor(
    private readonly cache: WeightsCache | undefined,
    private readonly key: string,
  ) {}

  async get(name: string): Promise<Uint8Array | null> {
    return (await this.cache?.get(`${this.key}.${name}`)) ?? null;
  }

  /** A cache that cannot be written costs the next start a fetch, and nothing else. */
  async set(name: string, bytes: Uint8Array): Promise<void> {
    try {
      await this.cache?.set(`${this.key}.${name}`, bytes);
    } catch {
      await this.cache?.delete(`${this.key}.${name}`).catch(() => {});
    }
  }

  async state(): Promise<KeptState | null> {
    const bytes = await this.get('state');
    try {
      const state = JSON.parse(new TextDecoder().decode(bytes ?? new Uint8Array()));
      return typeof state?.whole === 'boolean' ? state : null;
    } catch {
      return null;
    }
  }

  async setState(state: FileState, whole: boolean): Promise<void> {
    await this.set('state', new TextEncoder().encode(JSON.stringify({ ...state, whole })));
  }

  /** @param names of tensors that may be there */
  async forget(names: Iterable<string>): Promise<void> {
    for (const name of ['state', 'header', ...names]) await this.cache?.delete(`${this.key}.${name}`);
  }
}
