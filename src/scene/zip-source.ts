// A scene in a .zip, read where it lies: the central directory first, then each file when it is asked for. Names
// that lead outside, encrypted files and archives that would unpack to more than is sane are refused from the
// directory alone, before anything is inflated. Zip64 (more than 4 GB) is beyond the limits anyway.

import { Inflate } from 'fflate';
import { crc32 } from '../crc32.ts';
import { InputError, inputError } from '../errors.ts';
import { isClutter, leadsOutside, plainPath } from './paths.ts';
import type { FileSource } from './types.ts';
import { asciiName, codePageOf, unicodeExtra } from './zip-names.ts';

export interface ZipLimits {
  entries: number;
  /** Bytes of all files, unpacked. */
  totalBytes: number;
  /** Bytes of one file, unpacked. */
  fileBytes: number;
}

export const ZIP_LIMITS: ZipLimits = { entries: 20_000, totalBytes: 4 * 2 ** 30 - 1, fileBytes: 512 * 2 ** 20 };

/** Random access to the archive's bytes: a Blob of the page, a file in Node, an array. */
export interface ByteReader {
  size: number;
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

interface Entry {
  path: string;
  /** Bytes of a name in a code page that is not said: `path` is a guess then. */
  raw: Uint8Array | null;
  method: number;
  packedBytes: number;
  bytes: number;
  crc: number;
  headerOffset: number;
}

export function readerOf(archive: Blob | Uint8Array<ArrayBuffer>): ByteReader {
  if (archive instanceof Uint8Array) {
    return { size: archive.length, read: async (offset, length) => archive.subarray(offset, offset + length) };
  }
  return {
    size: archive.size,
    read: async (offset, length) => new Uint8Array(await archive.slice(offset, offset + length).arrayBuffer()),
  };
}

/** @throws InputError when it is no zip, or one that is refused */
export async function openZip(
  archive: Blob | Uint8Array<ArrayBuffer> | ByteReader,
  name: string,
  limits: ZipLimits = ZIP_LIMITS,
): Promise<FileSource> {
  const reader = archive instanceof Blob || archive instanceof Uint8Array ? readerOf(archive) : archive;
  const entries = new Map<string, Entry>();
  const directory = await readDirectory(reader, name, limits);
  await nameByCodePage(reader, name, directory);
  for (const entry of directory) if (!isClutter(entry.path)) entries.set(entry.path, entry);
  return {
    name,
    list: async () => [...entries.keys()],
    async read(path) {
      const entry = entries.get(path);
      if (!entry) throw inputError('file', `archive ${name}`, path, 'no such file');
      return unpack(reader, entry, `${path} of archive ${name}`);
    },
  };
}

async function readDirectory(reader: ByteReader, name: string, limits: ZipLimits): Promise<Entry[]> {
  const where = `archive ${name}`;
  // The end record is 22 bytes and a comment of at most 65535.
  const tailStart = Math.max(0, reader.size - 22 - 65_535);
  const tail = view(await reader.read(tailStart, reader.size - tailStart));
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw inputError('file', name, 'a .zip archive', await kindOfFile(reader));
  const count = tail.getUint16(end + 10, true);
  const size = tail.getUint32(end + 12, true);
  const offset = tail.getUint32(end + 16, true);
  if (count > limits.entries) throw inputError('files', where, `at most ${limits.entries}`, `${count}`);
  if (offset + size > reader.size)
    throw inputError('directory', where, 'to lie inside the file', 'a cut file or zip64');

  const directory = view(await reader.read(offset, size));
  const entries: Entry[] = [];
  let total = 0;
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > size || directory.getUint32(at, true) !== 0x02014b50) {
      throw inputError('directory', where, `${count} entries`, `a broken entry ${i + 1}`);
    }
    const nameLength = directory.getUint16(at + 28, true);
    if (at + 46 + nameLength > size) throw inputError('directory', where, `${count} entries`, `entry ${i + 1} cut off`);
    const nameBytes = new Uint8Array(directory.buffer, directory.byteOffset + at + 46, nameLength);
    const extraLength = Math.min(directory.getUint16(at + 30, true), size - at - 46 - nameLength);
    const extra = new Uint8Array(directory.buffer, directory.byteOffset + at + 46 + nameLength, extraLength);
    const isUtf8 = (directory.getUint16(at + 8, true) & 0x800) !== 0;
    const known = unicodeExtra(extra) ?? (isUtf8 ? new TextDecoder().decode(nameBytes) : asciiName(nameBytes));
    const raw = known ?? new TextDecoder().decode(nameBytes);
    const bytes = directory.getUint32(at + 24, true);
    const entry: Entry = {
      path: plainPath(raw),
      raw: known === null ? nameBytes : null,
      method: directory.getUint16(at + 10, true),
      crc: directory.getUint32(at + 16, true),
      packedBytes: directory.getUint32(at + 20, true),
      bytes,
      headerOffset: directory.getUint32(at + 42, true),
    };
    const encrypted = (directory.getUint16(at + 8, true) & 1) !== 0;
    at += 46 + nameLength + directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);

    if (leadsOutside(raw)) throw inputError('file name', where, 'a name inside the folder', JSON.stringify(raw));
    total += bytes;
    if (total > limits.totalBytes) {
      throw inputError(
        'files',
        where,
        `at most ${megabytes(limits.totalBytes)} unpacked`,
        `${megabytes(total)} or more`,
      );
    }
    if (bytes > limits.fileBytes) {
      throw inputError(`size of ${entry.path}`, where, `at most ${megabytes(limits.fileBytes)}`, megabytes(bytes));
    }
    if (/[/\\]$/.test(raw) || isClutter(entry.path)) continue;
    if (encrypted) throw inputError('file', where, 'files without a password', `${entry.path} encrypted`);
    entries.push(entry);
  }
  return entries;
}

/** Files of poses that are looked into for names, and how large they may be. */
const TELLING = /(^|\/)([^/]*\.json|images\.(txt|bin))$/i;
const TELLING_BYTES = 8 * 2 ** 20;

async function nameByCodePage(reader: ByteReader, name: string, entries: Entry[]): Promise<void> {
  const unknown = entries.filter(({ raw }) => raw !== null);
  if (unknown.length === 0) return;
  const texts: Uint8Array[] = [];
  for (const entry of entries) {
    if (!TELLING.test(entry.path) || entry.bytes > TELLING_BYTES || texts.length === 2) continue;
    try {
      texts.push(await unpack(reader, entry, entry.path));
    } catch (error) {
      if (!(error instanceof InputError)) throw error; // told when it is read in earnest
    }
  }
  const read = codePageOf(
    unknown.map(({ raw }) => raw!),
    texts,
  );
  for (const entry of unknown) {
    const path = read(entry.raw!);
    if (leadsOutside(path)) {
      throw inputError('file name', `archive ${name}`, 'a name inside the folder', JSON.stringify(path));
    }
    entry.path = plainPath(path);
  }
}

async function unpack(reader: ByteReader, entry: Entry, where: string): Promise<Uint8Array<ArrayBuffer>> {
  const header = view(await reader.read(entry.headerOffset, 30));
  if (header.byteLength < 30 || header.getUint32(0, true) !== 0x04034b50) {
    throw inputError('file header', where, 'to be where the directory says', 'something else');
  }
  const start = entry.headerOffset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  const packed = await reader.read(start, entry.packedBytes);
  if (packed.length !== entry.packedBytes) {
    throw inputError('data', where, `${entry.packedBytes} bytes`, `${packed.length}`);
  }
  if (entry.method !== 0 && entry.method !== 8) {
    throw inputError('compression', where, 'stored or deflate', `method ${entry.method}`);
  }
  const bytes = entry.method === 8 ? await inflate(packed, entry.bytes, where) : packed;
  if (bytes.length !== entry.bytes || crc32(bytes) !== entry.crc) {
    throw inputError('data', where, `${entry.bytes} bytes of the stored checksum`, `${bytes.length} other bytes`);
  }
  return bytes;
}

/** Bytes that deflate makes of one, at most. */
const MOST_OF_A_BYTE = 1032;
/** Packed bytes that are inflated between two looks at what came out. */
const INFLATE_STEP = 1 << 14;
/** Inflated bytes after which others have their turn. */
const BREATH_BYTES = 1 << 24;

/** Inflates into what the directory promised and not a byte more: a lie about the size costs neither room nor time. */
async function inflate(packed: Uint8Array, size: number, where: string): Promise<Uint8Array<ArrayBuffer>> {
  // No deflated byte makes more: a size that cannot be come by is not even made room for.
  const most = MOST_OF_A_BYTE * packed.length;
  if (size > most) throw inputError('data', where, `${size} bytes, as its directory says`, `at most ${most}`);
  const out = new Uint8Array(size);
  let [length, breath] = [0, BREATH_BYTES];
  const stream = new Inflate((chunk) => {
    if (length + chunk.length <= size) out.set(chunk, length);
    length += chunk.length;
  });
  for (let at = 0; at === 0 || at < packed.length; at += INFLATE_STEP) {
    try {
      stream.push(packed.subarray(at, at + INFLATE_STEP), at + INFLATE_STEP >= packed.length);
    } catch (error) {
      throw inputError('data', where, 'deflated bytes', error instanceof Error ? error.message : String(error));
    }
    if (length > size) throw inputError('data', where, `${size} bytes, as its directory says`, 'more');
    if (length < breath) continue;
    breath = length + BREATH_BYTES;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return length === size ? out : out.slice(0, length);
}

/** What was given in the place of a .zip, and what to do with it. */
async function kindOfFile(reader: ByteReader): Promise<string> {
  const head = await reader.read(0, Math.min(reader.size, 16));
  const text = String.fromCharCode(...head);
  const starts = (...bytes: number[]) => bytes.every((byte, i) => head[i] === byte);
  const unpack = 'to be unpacked first: its folder can be opened';
  if (starts(0x1f, 0x8b)) return `a .gz archive (${unpack})`;
  if (starts(0x37, 0x7a, 0xbc, 0xaf)) return `a .7z archive (${unpack})`;
  if (text.startsWith('Rar!')) return `a .rar archive (${unpack})`;
  if (starts(0xfd, 0x37, 0x7a, 0x58) || text.startsWith('BZh')) return `an archive of another kind (${unpack})`;
  if (text.slice(4, 8) === 'ftyp' || starts(0x1a, 0x45, 0xdf, 0xa3)) return 'a video or a picture by itself';
  return `${reader.size} bytes that are none or are cut short`;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`;
