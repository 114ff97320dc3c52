// JSON as datasets have it. The engine's own parser first; when it refuses, this small one, which says line and
// column of the fault in every browser alike, and takes what Python writes but JSON has not: NaN and Infinity (so
// that a NaN in a camera matrix is named as such, and not as a broken file), and a byte-order mark.

import { inputError } from '../errors.ts';

const MAX_DEPTH = 100;

/** @throws InputError with line and column */
export function parseJson(text: string, where: string): unknown {
  const source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  try {
    return JSON.parse(source);
  } catch {
    return new Reader(source, where).document();
  }
}

class Reader {
  #at = 0;

  constructor(
    readonly text: string,
    readonly where: string,
  ) {}

  document(): unknown {
    const value = this.#value(0);
    this.#skipSpace();
    if (this.#at < this.text.length) this.#fail('the end of the file');
    return value;
  }

  #value(depth: number): unknown {
    if (depth > MAX_DEPTH) this.#fail(`nesting of at most ${MAX_DEPTH} levels`);
    this.#skipSpace();
    const next = this.text[this.#at];
    if (next === '{') return this.#object(depth);
    if (next === '[') return this.#array(depth);
    if (next === '"') return this.#string();
    const word = /-?(?:NaN|Infinity)|true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    word.lastIndex = this.#at;
    const found = word.exec(this.text)?.[0] ?? this.#fail('a value');
    this.#at += found.length;
    if (found === 'true' || found === 'false') return found === 'true';
    return found === 'null' ? null : Number(found);
  }

  #object(depth: number): unknown {
    const out: Record<string, unknown> = {};
    this.#at++;
    for (let first = true; !this.#take('}'); first = false) {
      if (!first) this.#expect(',');
      this.#skipSpace();
      if (this.text[this.#at] !== '"') this.#fail('a name in quotes');
      const name = this.#string();
      this.#expect(':');
      Object.defineProperty(out, name, {
        value: this.#value(depth + 1),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return out;
  }

  #array(depth: number): unknown {
    const out: unknown[] = [];
    this.#at++;
    for (let first = true; !this.#take(']'); first = false) {
      if (!first) this.#expect(',');
      out.push(this.#value(depth + 1));
    }
    return out;
  }

  #string(): string {
    const quoted = /"(?:[^"\\\n]|\\[^\n])*"/y;
    quoted.lastIndex = this.#at;
    const found = quoted.exec(this.text)?.[0] ?? this.#fail('the end of a text in quotes');
    try {
      const value = JSON.parse(found) as string;
      this.#at += found.length;
      return value;
    } catch {
      return this.#fail('a text in quotes without stray control characters');
    }
  }

  #skipSpace(): void {
    while (' \t\r\n'.includes(this.text[this.#at] ?? 'x')) this.#at++;
  }

  #take(mark: string): boolean {
    this.#skipSpace();
    if (this.text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #expect(mark: string): void {
    if (!this.#take(mark)) this.#fail(`'${mark}'`);
  }

  #fail(expected: string): never {
    const before = this.text.slice(0, this.#at).split('\n');
    const place = `line ${before.length} column ${before[before.length - 1].length + 1}`;
    const found = this.#at < this.text.length ? JSON.stringify(this.text.slice(this.#at, this.#at + 12)) : 'its end';
    throw inputError('JSON', `${this.where} at ${place}`, expected, found);
  }
}
