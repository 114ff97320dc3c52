// What is done to good files: to their bytes, to the values of their JSON, to the words of their text. Few changes each, so
// that readers come far before they meet one.

import type { Dice } from './dice.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

export const joined = (...parts: Uint8Array[]): Bytes => new Uint8Array(Buffer.concat(parts));

/** Files do not grow beyond this by chance. */
const MOST_BYTES = 1 << 20;
const WHOLE = [0, 1, 2, 7, 127, 128, 255, 256, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff];
const REAL = [0, -0, 1, -1, 1e-300, 1e-13, 1e12, 1e38, 1e39, 1e308, -1e308, Number.NaN, Number.POSITIVE_INFINITY];

/** One to four changes of bytes. */
export function mutatedBytes(dice: Dice, file: Uint8Array): Bytes {
  let bytes = new Uint8Array(file);
  for (let n = 1 + dice.below(4); n > 0; n--) bytes = BYTE_CHANGES[dice.below(BYTE_CHANGES.length)](dice, bytes);
  return bytes.slice(0, MOST_BYTES);
}

const at = (dice: Dice, bytes: Uint8Array, room = 1) => dice.below(Math.max(1, bytes.length - room + 1));

const BYTE_CHANGES: ((dice: Dice, bytes: Bytes) => Bytes)[] = [
  (dice, bytes) => {
    const i = at(dice, bytes);
    bytes[i] ^= 1 << dice.below(8);
    return bytes;
  },
  (dice, bytes) => {
    bytes[at(dice, bytes)] = dice.of([0, 1, 0x0a, 0x20, 0x22, 0x28, 0x7f, 0x80, 0xff]);
    return bytes;
  },
  (dice, bytes) => bytes.slice(0, at(dice, bytes)),
  (dice, bytes) => {
    const from = at(dice, bytes);
    return joined(bytes.subarray(0, from), bytes.subarray(from + dice.size(bytes.length + 1)));
  },
  (dice, bytes) => {
    const [from, length] = [at(dice, bytes), dice.size(bytes.length + 1)];
    const part = bytes.subarray(from, from + length);
    // Now and then very often: what is not linear shows.
    const times = dice.chance(0.05) ? Math.floor(MOST_BYTES / 4 / Math.max(1, part.length)) : 1;
    const many = new Uint8Array(part.length * times);
    for (let i = 0; i < times; i++) many.set(part, i * part.length);
    return joined(bytes.subarray(0, from), many, bytes.subarray(from));
  },
  (dice, bytes) => {
    const extra = Uint8Array.from({ length: dice.size(64) }, () => dice.below(256));
    const i = at(dice, bytes);
    return joined(bytes.subarray(0, i), extra, bytes.subarray(i));
  },
  (dice, bytes) => {
    const width = dice.of([2, 4, 8] as const);
    if (bytes.length < width) return bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const i = at(dice, bytes, width);
    const value = dice.of(WHOLE);
    if (width === 2) view.setUint16(i, value, dice.chance(0.8));
    else if (width === 4) view.setUint32(i, value, dice.chance(0.8));
    else view.setBigUint64(i, dice.of([BigInt(value), 2n ** 63n, 2n ** 64n - 1n, 2n ** 53n]), true);
    return bytes;
  },
  (dice, bytes) => {
    if (bytes.length < 8) return bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (dice.chance(0.5)) view.setFloat32(at(dice, bytes, 4), dice.of(REAL), true);
    else view.setFloat64(at(dice, bytes, 8), dice.of(REAL), true);
    return bytes;
  },
];

/** Raw: text that JSON.stringify would not write. */
class Raw {
  constructor(readonly text: string) {}
}

const deep = (depth: number, open: string, close: string) => new Raw(open.repeat(depth) + close.repeat(depth));

function oddValue(dice: Dice): unknown {
  return dice.of<() => unknown>([
    () => null,
    () => true,
    () => '',
    () => dice.of(REAL.filter(Number.isFinite)),
    () => -dice.of(WHOLE),
    () => dice.of(WHOLE),
    () => dice.of([2 ** 53, 2 ** 31 + 0.5, 0.1]),
    () => new Raw(dice.of(['1e999', '-1e999', 'NaN', 'Infinity', '-0', '1e-999', '0x10', '01', "'a'", '{,}', '[1,]'])),
    () => String(dice.of(WHOLE)),
    () => 'a'.repeat(dice.size(100_000)),
    () => ' '.repeat(dice.size(100_000)),
    () =>
      dice.of(['../../etc/passwd', '/dev/zero', 'C:\\x', '\u0000', '\u001b]52;c;eA==\u0007', '\ud800', '__proto__']),
    () => [],
    () => ({}),
    () => ({ toString: 0, length: 1e9 }),
    () => Array.from({ length: dice.size(3000) }, () => 1),
    () => deep(dice.size(20_000), '[', ']'),
    () => deep(dice.size(20_000), '{"a":', '}'),
  ])();
}

/** The JSON of a value with one to three of its parts changed, as text. */
export function mutatedJson(dice: Dice, value: unknown): string {
  let root = structuredClone(value);
  for (let n = 1 + dice.below(3); n > 0; n--) root = changedPart(dice, root);
  return written(root);
}

function changedPart(dice: Dice, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Raw) return oddValue(dice);
  const keys = Object.keys(value);
  // Deeper parts as often as all above them.
  if (keys.length === 0 || dice.chance(0.15)) return dice.chance(0.3) ? oddValue(dice) : value;
  const key = dice.of(keys);
  const holder = value as Record<string, unknown>;
  const what = dice.below(12);
  if (what === 0) {
    if (Array.isArray(value)) value.splice(Number(key), 1);
    else delete holder[key];
  } else if (what === 1) {
    if (Array.isArray(value)) for (let n = dice.size(300); n > 0; n--) value.push(structuredCloneOf(holder[key]));
    else Object.defineProperty(value, dice.of(['__proto__', 'constructor', '', key.toUpperCase()]), entry(holder[key]));
  } else if (what === 2) holder[key] = holder[dice.of(keys)];
  else holder[key] = changedPart(dice, holder[key]);
  return value;
}

const entry = (value: unknown) => ({ value, enumerable: true, configurable: true, writable: true });
const structuredCloneOf = (value: unknown) => (value instanceof Raw ? value : structuredClone(value));

function written(value: unknown): string {
  const raws: string[] = [];
  const text = JSON.stringify(value, (_, part) => {
    if (!(part instanceof Raw)) return part;
    raws.push(part.text);
    return `\u{10ffff}${raws.length - 1}\u{10ffff}`;
  });
  return (text ?? 'undefined').replace(/"\u{10ffff}(\d+)\u{10ffff}"/gu, (_, i) => raws[Number(i)]);
}

/** Text with one to four of its words or lines changed. */
export function mutatedText(dice: Dice, text: string): string {
  let lines = text.split('\n');
  for (let n = 1 + dice.below(4); n > 0; n--) {
    const i = dice.below(lines.length);
    const what = dice.below(8);
    if (what === 0) lines.splice(i, 1);
    else if (what === 1) lines.splice(i, 0, ...Array.from({ length: dice.size(2000) }, () => lines[i] ?? ''));
    else if (what === 2)
      lines[i] = (lines[i] ?? '') + dice.of(['\r', '\u0000', '"', ';', ' '.repeat(dice.size(50_000))]);
    else if (what === 3) lines = lines.slice(0, i + 1);
    else {
      const words = (lines[i] ?? '').split(/(\s+|,)/);
      const k = dice.below(words.length);
      words[k] = dice.of<() => string>([
        () => String(dice.of([...WHOLE, ...REAL, 2 ** 53, -1])),
        () => '',
        () => dice.of(['-', '1e', '1e999', 'NaN', 'a b', '\u001b[2J', '"', '#', '../x.png']),
        () => '9'.repeat(dice.size(5000)),
        () => ' '.repeat(dice.size(50_000)),
        () => words[dice.below(words.length)],
      ])();
      lines[i] = words.join('');
    }
    if (lines.length === 0) lines = [''];
  }
  return lines.join('\n');
}
