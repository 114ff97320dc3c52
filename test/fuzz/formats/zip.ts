// Archives, built from records whose every number may be a lie: sizes, counts, places, methods, checksums, names.

import { deflateSync } from 'fflate';
import { crc32 } from '../../../src/crc32.ts';
import { openZip } from '../../../src/scene/zip-source.ts';
import type { Dice } from '../dice.ts';
import { type Bytes, joined, mutatedBytes, utf8 } from '../mutate.ts';
import type { FuzzTarget } from '../target.ts';

interface Record {
  name: Uint8Array;
  extra: Uint8Array;
  flags: number;
  method: number;
  crc: number;
  packed: Uint8Array;
  packedBytes: number;
  bytes: number;
  offset: number | null;
}

const CONTENTS: [string, Uint8Array][] = [
  ['scene/transforms.json', utf8('{"frames": []}')],
  ['scene/images/0.png', Uint8Array.from({ length: 300 }, (_, i) => (i * 7) % 251)],
  ['scene/images/1.png', new Uint8Array(20_000)],
  ['scene/', new Uint8Array(0)],
];

/** Unpacks to 16 MB of zeros. */
const BOMB = deflateSync(new Uint8Array(1 << 24));

const recordsOf = (contents: typeof CONTENTS): Record[] =>
  contents.map(([name, data], i) => {
    const packed = i % 2 === 0 ? data : deflateSync(data);
    const [method, crc] = [i % 2 === 0 ? 0 : 8, crc32(data)];
    const bytes = data.length;
    return {
      name: utf8(name),
      extra: new Uint8Array(0),
      flags: 0x800,
      method,
      crc,
      packed,
      packedBytes: packed.length,
      bytes,
      offset: null,
    };
  });

interface Tail {
  count: number | null;
  size: number | null;
  offset: number | null;
  comment: Uint8Array;
}

function archive(records: readonly Record[], tail: Tail): Bytes {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const r of records) {
    const local = new DataView(new ArrayBuffer(30));
    local.setUint32(0, 0x04034b50, true);
    [20, r.flags, r.method].forEach((v, i) => void local.setUint16(4 + 2 * i, v, true));
    [r.crc, r.packedBytes, r.bytes].forEach((v, i) => void local.setUint32(14 + 4 * i, v, true));
    local.setUint16(26, r.name.length, true);
    const central = new DataView(new ArrayBuffer(46));
    central.setUint32(0, 0x02014b50, true);
    [20, 20, r.flags, r.method].forEach((v, i) => void central.setUint16(4 + 2 * i, v, true));
    [r.crc, r.packedBytes, r.bytes].forEach((v, i) => void central.setUint32(16 + 4 * i, v, true));
    [r.name.length, r.extra.length].forEach((v, i) => void central.setUint16(28 + 2 * i, v, true));
    central.setUint32(42, r.offset ?? at, true);
    const whole = joined(new Uint8Array(local.buffer), r.name, r.packed);
    parts.push(whole);
    directory.push(new Uint8Array(central.buffer), r.name, r.extra);
    at += whole.length;
  }
  const listed = joined(...directory);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, records.length, true);
  end.setUint16(10, tail.count ?? records.length, true);
  end.setUint32(12, tail.size ?? listed.length, true);
  end.setUint32(16, tail.offset ?? at, true);
  end.setUint16(20, tail.comment.length, true);
  return joined(...parts, listed, new Uint8Array(end.buffer), tail.comment);
}

const NUMBERS = [0, 1, 2, 29, 46, 65535, 300, 20_000, 2 ** 24, 2 ** 29, 2 ** 31, 2 ** 32 - 1];
const NAMES = [
  '',
  '../x',
  '/etc/passwd',
  'C:\\x.png',
  'a\0b',
  '\u001b[2J.png',
  'scene/images/0.png',
  '__MACOSX/x',
  'a'.repeat(60_000),
];

function changed(dice: Dice, record: Record): Record {
  return dice.of<() => Record>([
    () => ({ ...record, bytes: dice.of(NUMBERS) }),
    () => ({ ...record, packedBytes: dice.of(NUMBERS) }),
    () => ({ ...record, offset: dice.of(NUMBERS) }),
    () => ({ ...record, method: dice.of([0, 8, 9, 12, 93, 65535]) }),
    () => ({ ...record, crc: dice.of(NUMBERS) }),
    () => ({ ...record, flags: dice.of([0, 1, 8, 0x800, 65535]) }),
    () => ({ ...record, name: utf8(dice.of(NAMES)) }),
    () => ({ ...record, name: Uint8Array.from({ length: dice.size(200) }, () => 128 + dice.below(128)), flags: 0 }),
    () => ({ ...record, extra: mutatedBytes(dice, joined(Uint8Array.from([0x75, 0x70, 12, 0, 1]), record.name)) }),
    () => ({ ...record, packed: mutatedBytes(dice, record.packed) }),
    // What unpacks to far more than is said, and what says that it does.
    () => ({ ...record, method: 8, packed: BOMB, packedBytes: BOMB.length, bytes: dice.of([16, 2 ** 24, 2 ** 29]) }),
  ])();
}

const HONEST: Tail = { count: null, size: null, offset: null, comment: new Uint8Array(0) };

export const zip: FuzzTarget = {
  name: 'zip',
  good: () => archive(recordsOf(CONTENTS), HONEST),
  make(dice) {
    let records = recordsOf(CONTENTS);
    for (let n = dice.below(4); n > 0; n--) {
      const i = dice.below(records.length);
      records[i] = changed(dice, records[i]);
    }
    if (dice.chance(0.05)) records = Array.from({ length: dice.size(3000) }, () => dice.of(records));
    const tail: Tail = {
      count: dice.chance(0.1) ? dice.of(NUMBERS) : null,
      size: dice.chance(0.1) ? dice.of(NUMBERS) : null,
      offset: dice.chance(0.1) ? dice.of(NUMBERS) : null,
      comment: dice.chance(0.1) ? new Uint8Array(dice.size(65_535)).fill(0x50) : new Uint8Array(0),
    };
    const bytes = archive(records, tail);
    return dice.chance(0.3) ? mutatedBytes(dice, bytes) : bytes;
  },
  async read(bytes) {
    const source = await openZip(bytes, 'fuzz.zip');
    // Some of very many: reading all of a bomb's copies is what the loader's own bounds are for.
    for (const path of (await source.list()).slice(0, 4)) await source.read(path);
  },
};
