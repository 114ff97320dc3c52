// One file at an address, read by byte ranges: every answer is held against the first, so that bytes of two files are
// never mixed; a redirect to another host is asked about; a connection that is cut is resumed, one that stands still is
// cut; http is taken from this machine alone.

import { Cancelled, InputError, inputError, throwIfAborted } from '../../errors.ts';

export interface RemoteFileOptions {
  url: string;
  /** Asked before another host than the address's is called; null where a browser keeps its name to itself. */
  confirmHost?: (host: string | null) => Promise<boolean>;
  signal?: AbortSignal;
  fetch?: typeof fetch;
  /** Waits between attempts, milliseconds; as many attempts without any progress end it. */
  retryDelays?: readonly number[];
  /** A connection that sends nothing for so long is given up, milliseconds. */
  stallMs?: number;
}

/** The server, or all of the network, could not be reached: nothing is known to be wrong with what lies there. */
export class UnreachableError extends InputError {}

/** The file at the address is not the one that was begun with. */
export class ChangedError extends InputError {}

/** What tells a file from a later one at the same address; null where the server says nothing. */
export interface FileState {
  /** Strong ETag, else the date of its last change. */
  validator: string | null;
  /** Bytes of the whole file. */
  size: number | null;
}

const MAX_REDIRECTS = 5;
/** Connections for one range: some, and one more for every so many bytes. A server may not keep us busy for ever. */
const FEWEST_CONNECTIONS = 16;
const BYTES_A_CONNECTION = 1 << 16;

export class RemoteFile {
  /** Where the file was found to lie: behind redirects. */
  private address: URL;
  private readonly allowed: Set<string>;

  /** @param state of the file, as an earlier fetch found it */
  constructor(
    private readonly options: RemoteFileOptions,
    public state: FileState = { validator: null, size: null },
  ) {
    this.address = new URL(options.url);
    checkScheme(this.address);
    this.allowed = new Set([this.address.host]);
  }

  /**
   * Bytes [start, end), asked for again from where the connection was cut.
   * @param mayBeShort a file that ends before `end` is no error
   * @throws UnreachableError, ChangedError, InputError, Cancelled
   */
  async read(
    start: number,
    end: number,
    onCount: (count: number) => void = () => {},
    mayBeShort = false,
  ): Promise<Uint8Array> {
    const { url, signal, retryDelays = [300, 1000, 3000] } = this.options;
    const bytes = new Uint8Array(end - start);
    const most = FEWEST_CONNECTIONS + bytes.length / BYTES_A_CONNECTION;
    let count = 0;
    let failures = 0;
    for (let connections = 0; count < bytes.length; connections++) {
      throwIfAborted(signal);
      const before = count;
      const stall = new Stall(this.options.stallMs ?? 30_000, signal);
      try {
        const response = await this.request(start + count, end, stall.signal);
        const size = this.check(response, start + count);
        const wanted = mayBeShort && size !== null && size < end ? size - start : bytes.length;
        // Another origin's server may keep the size to itself: then what came unbroken is all there is.
        const sizeless = mayBeShort && size === null;
        for await (const chunk of chunksOf(response)) {
          stall.heard();
          if (count + chunk.length > bytes.length) {
            throw inputError('feature network', url, `${bytes.length} bytes`, 'more than were asked for');
          }
          bytes.set(chunk, count);
          count += chunk.length;
          onCount(count);
        }
        if (count === wanted || (sizeless && count > before)) return bytes.subarray(0, count);
      } catch (cause) {
        if (signal?.aborted) throw new Cancelled();
        if (cause instanceof InputError) throw cause;
      } finally {
        stall.end();
      }
      failures = count > before ? 0 : failures + 1;
      if (failures > retryDelays.length || connections >= most) {
        const found = connections >= most ? `${count} in ${connections} connections` : `${count}, then no connection`;
        throw new UnreachableError({ what: 'feature network', where: url, expected: `${bytes.length} bytes`, found });
      }
      await new Promise((resolve) => setTimeout(resolve, retryDelays[Math.max(0, failures - 1)] ?? 0));
    }
    return bytes;
  }

  /** One answer, whatever its status; redirects are followed by hand, so that a new host is asked about first. */
  private async request(start: number, end: number, signal: AbortSignal): Promise<Response> {
    const send = this.options.fetch ?? fetch;
    const headers: Record<string, string> = { Range: `bytes=${start}-${end - 1}` };
    const { validator } = this.state;
    // A page may send it to its own server only without asking that one first; elsewhere answers are compared.
    const here = globalThis.location?.origin;
    if (validator && (here === undefined || here === this.address.origin)) headers['If-Range'] = validator;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const { href } = this.address;
      const response = await send(href, { headers, signal, redirect: 'manual' });
      if (response.type === 'opaqueredirect') {
        await this.ask(null);
        const followed = await send(href, { headers, signal });
        this.moveTo(new URL(followed.url, href));
        return followed;
      }
      const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
      if (location === null) return response;
      void response.body?.cancel();
      const next = new URL(location, href);
      if (!this.allowed.has(next.host)) await this.ask(next.host);
      this.moveTo(next);
    }
    throw inputError('feature network', this.options.url, `at most ${MAX_REDIRECTS} redirects`, 'more');
  }

  private moveTo(address: URL): void {
    checkScheme(address);
    this.allowed.add(address.host);
    this.address = address;
  }

  private async ask(host: string | null): Promise<void> {
    const own = new URL(this.options.url).host;
    if (this.options.confirmHost && (await this.options.confirmHost(host))) return;
    const hint = host === null ? undefined : `--features-host ${host} allows it`;
    const found = host === null ? 'a redirect' : `a redirect to ${host}`;
    throw inputError('feature network', this.options.url, `a file on ${own}`, found, hint);
  }

  /** @returns the size of the whole file, where it is said @throws where it is no answer to what was asked */
  private check(response: Response, start: number): number | null {
    const { url } = this.options;
    const { headers, status } = response;
    const { validator } = this.state;
    const now = strongTag(headers.get('etag')) ?? headers.get('last-modified');
    const [, from, of] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
    const size = of === undefined || of === '*' ? null : Number(of);
    const refuse = (expected: string, found: string) => {
      void response.body?.cancel();
      return inputError('feature network', url, expected, found);
    };
    const changed = (found: string) =>
      new ChangedError({ what: 'feature network', where: url, expected: 'the file that was begun with', found });
    if (status !== 206) {
      if (status === 200 && validator && now !== validator) throw changed('another one');
      throw refuse(
        'a file served by byte ranges',
        status === 200 ? 'a server that sends the whole file' : `status ${status}`,
      );
    }
    if (from !== undefined && Number(from) !== start) throw refuse(`bytes from ${start} on`, `those from ${from} on`);
    const another =
      (validator !== null && now !== null && now !== validator) ||
      (this.state.size !== null && size !== null && size !== this.state.size);
    if (another) {
      void response.body?.cancel();
      throw changed('another one');
    }
    this.state = { validator: validator ?? now, size: this.state.size ?? size };
    return size;
  }
}

/** Weak tags stand for files that look alike, which is not enough here. */
const strongTag = (tag: string | null) => (tag?.startsWith('"') ? tag : null);

function checkScheme(address: URL): void {
  const here = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(address.hostname);
  if (address.protocol === 'https:' || (address.protocol === 'http:' && here)) return;
  const found = address.protocol.slice(0, -1);
  throw inputError('feature network', address.href, 'https, or an address of this machine', found);
}

/** Aborts what has not been heard of for a while. */
class Stall {
  private readonly controller = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  readonly signal: AbortSignal;

  constructor(
    private readonly ms: number,
    signal?: AbortSignal,
  ) {
    this.signal = signal ? AbortSignal.any([signal, this.controller.signal]) : this.controller.signal;
    this.heard();
  }

  heard(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.controller.abort(), this.ms);
  }

  end(): void {
    clearTimeout(this.timer);
  }
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body!.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}
