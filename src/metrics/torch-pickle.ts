// Tensors of a .pth file as PyTorch wrote them before version 1.6: three pickles of preliminaries, the state dict,
// the list of storage keys, then each storage as a count of elements and its bytes. A pickle is a small stack
// machine; only its data is understood here, and nothing that it names is ever called. Float storages only.

import { inputError } from '../errors.ts';

export interface TorchTensor {
  shape: number[];
  data: Float32Array<ArrayBuffer>;
}

/** First bytes of such a file: the pickle of a magic number. */
const MAGIC = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9];

/** What a pickle builds where Python would make an object. */
interface Call {
  name: string;
  parts: Value[];
}
type Value = number | string | boolean | null | Value[] | Map<Value, Value> | Call;

export function isTorchFile(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/** @throws InputError for what is no such file, is cut short or holds anything but contiguous float32 tensors */
export function readTorchTensors(bytes: Uint8Array, where: string): Map<string, TorchTensor> {
  if (!isTorchFile(bytes)) throw inputError('tensors', where, 'a .pth file of PyTorch (before 1.6)', 'another file');
  const reader = new Unpickler(bytes, where);
  const [, , , state, keys] = [0, 1, 2, 3, 4].map(() => reader.pickle());
  const storages = new Map<Value, Float32Array<ArrayBuffer>>();
  for (const key of isList(keys) ? keys : []) storages.set(key, reader.storage());

  const tensors = new Map<string, TorchTensor>();
  for (const [name, value] of entriesOf(state)) {
    if (typeof name !== 'string' || !isCall(value, 'torch._utils _rebuild_tensor_v2')) continue;
    const [persistent, offset, shape] = value.parts;
    const key = isCall(persistent, 'persistent') && isList(persistent.parts[0]) ? persistent.parts[0][2] : null;
    const storage = storages.get(key);
    // Numbers only: a list in the place of one may hold itself many times over, and take for ever to be written out.
    const sizes = isList(shape) ? shape.slice(0, MOST_AXES + 1).map(numberOf) : [];
    const start = numberOf(offset);
    const count = sizes.reduce((product, n) => product * n, 1);
    if (!storage || sizes.length > MOST_AXES || !(start >= 0) || !(start + count <= storage.length))
      throw inputError(`tensor '${name}'`, where, `float32 numbers for [${sizes.join(', ')}]`, 'none or fewer');
    tensors.set(name, { shape: sizes, data: storage.slice(start, start + count) });
  }
  return tensors;
}

/** Of a tensor; PyTorch's own have a few. */
const MOST_AXES = 8;

/** NaN for what is no count. */
const numberOf = (value: Value) => (typeof value === 'number' && value >= 0 ? value : Number.NaN);

const isList = (value: Value): value is Value[] => Array.isArray(value);

function isCall(value: Value, name: string): value is Call {
  return typeof value === 'object' && value !== null && 'name' in value && value.name === name;
}

/** An ordered dict is a call with a list of pairs, or a dict that was filled later. */
function entriesOf(state: Value): [Value, Value][] {
  if (state instanceof Map) return [...state];
  const [pairs] = isCall(state, 'collections OrderedDict') ? state.parts : [null];
  if (pairs instanceof Map) return [...pairs];
  return isList(pairs) ? pairs.filter(isList).map(([name, value]) => [name, value]) : [];
}

class Unpickler {
  private at = 0;
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly where: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Count (i64) and float32 numbers. */
  storage(): Float32Array<ArrayBuffer> {
    const count = Number(this.view.getBigInt64(this.take(8), true));
    if (!(count >= 0)) throw this.wrong(`${count} numbers`);
    const from = this.take(4 * count);
    return new Float32Array(new Uint8Array(this.bytes.subarray(from, from + 4 * count)).buffer);
  }

  /** Runs one pickle to its end. @returns the object it leaves */
  pickle(): Value {
    const stack: Value[] = [];
    const marks: number[] = [];
    const memo = new Map<number, Value>();
    const sinceMark = () => stack.splice(marks.pop() ?? 0);
    const filled = (pairs: Value[]) => {
      const target = stack.at(-1);
      // An object that was called for takes its items where a dict would.
      const map = target instanceof Map ? target : isCall(target ?? null, 'collections OrderedDict') ? new Map() : null;
      if (!map) throw this.wrong('items without a dict');
      for (let i = 0; i + 1 < pairs.length; i += 2) map.set(pairs[i], pairs[i + 1]);
      if (target !== map) (target as Call).parts = [map];
    };
    for (;;) {
      const code = this.byte();
      switch (code) {
        case 0x80: // PROTO
          this.byte();
          break;
        case 0x2e: // STOP
          return stack.pop() ?? null;
        case 0x28: // MARK
          marks.push(stack.length);
          break;
        case 0x7d: // EMPTY_DICT
          stack.push(new Map());
          break;
        case 0x5d: // EMPTY_LIST
        case 0x29: // EMPTY_TUPLE
          stack.push([]);
          break;
        case 0x4e: // NONE
          stack.push(null);
          break;
        case 0x88: // NEWTRUE
        case 0x89: // NEWFALSE
          stack.push(code === 0x88);
          break;
        case 0x4b: // BININT1
          stack.push(this.byte());
          break;
        case 0x4d: // BININT2
          stack.push(this.view.getUint16(this.take(2), true));
          break;
        case 0x4a: // BININT
          stack.push(this.view.getInt32(this.take(4), true));
          break;
        case 0x8a: // LONG1
          stack.push(this.long(this.byte()));
          break;
        case 0x55: // SHORT_BINSTRING
          stack.push(this.text(this.byte()));
          break;
        case 0x58: // BINUNICODE
          stack.push(this.text(this.view.getUint32(this.take(4), true)));
          break;
        case 0x63: // GLOBAL
          stack.push(`${this.line()} ${this.line()}`);
          break;
        case 0x71: // BINPUT
          memo.set(this.byte(), stack.at(-1) ?? null);
          break;
        case 0x72: // LONG_BINPUT
          memo.set(this.view.getUint32(this.take(4), true), stack.at(-1) ?? null);
          break;
        case 0x68: // BINGET
          stack.push(memo.get(this.byte()) ?? null);
          break;
        case 0x6a: // LONG_BINGET
          stack.push(memo.get(this.view.getUint32(this.take(4), true)) ?? null);
          break;
        case 0x74: // TUPLE
          stack.push(sinceMark());
          break;
        case 0x85: // TUPLE1
        case 0x86: // TUPLE2
        case 0x87: // TUPLE3
          stack.push(stack.splice(stack.length - (code - 0x84)));
          break;
        case 0x51: // BINPERSID
          stack.push({ name: 'persistent', parts: [stack.pop() ?? null] });
          break;
        case 0x52: {
          // REDUCE
          const parts = stack.pop() ?? null;
          const name = stack.pop();
          if (typeof name !== 'string') throw this.wrong('a call of what is no name');
          stack.push({ name, parts: isList(parts) ? parts : [] });
          break;
        }
        case 0x61: // APPEND
        case 0x65: {
          // APPENDS
          const items = code === 0x61 ? stack.splice(-1) : sinceMark();
          const list = stack.at(-1);
          if (!Array.isArray(list)) throw this.wrong('items without a list');
          // One by one: as arguments, many overflow the stack.
          for (const item of items) list.push(item);
          break;
        }
        case 0x73: // SETITEM
          filled(stack.splice(-2));
          break;
        case 0x75: // SETITEMS
          filled(sinceMark());
          break;
        case 0x62: // BUILD: attributes of an object, which are no tensors
          stack.pop();
          break;
        default:
          throw this.wrong(`code 0x${code.toString(16)} at byte ${this.at - 1}`);
      }
    }
  }

  private take(count: number): number {
    const from = this.at;
    if (!(from + count <= this.bytes.length)) throw this.wrong(`a file of ${this.bytes.length} bytes: it is cut short`);
    this.at += count;
    return from;
  }

  private byte(): number {
    return this.bytes[this.take(1)];
  }

  private text(length: number): string {
    const from = this.take(length);
    return new TextDecoder('latin1').decode(this.bytes.subarray(from, from + length));
  }

  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    const text = this.text(end < 0 ? this.bytes.length : end - this.at);
    this.take(1);
    return text;
  }

  /** Little-endian two's complement; long ones lose digits, which only the magic number has. */
  private long(length: number): number {
    const from = this.take(length);
    let value = 0;
    for (let i = length - 1; i >= 0; i--) value = value * 256 + this.bytes[from + i];
    return length > 0 && this.bytes[from + length - 1] > 127 ? value - 256 ** length : value;
  }

  private wrong(found: string): Error {
    return inputError('tensors', this.where, "what PyTorch's own pickles hold", found);
  }
}
