// A scene in a .zip, read where it lies: the central directory first, then each file when it is asked for. Names
// that lead outside, encrypted files and archives that would unpack to more than is sane are refused from the
// directory alone, before anything is inflated. Zip64 (more than 4 GB) is beyond the limits anyway.

import { inflateSync } from 'fflate';
import { crc32 } from '../crc32.ts';
import { inputError } from '../errors.ts';
import { isClutter, leadsOutside, plainPath } from './paths.ts';
import type { FileSource } from './types.ts';

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
  for (const entry of await readDirectory(reader, name, limits)) entries.set(entry.path, entry);
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
  if (end < 0) throw inputError('file', name, 'a .zip archive', `${reader.size} bytes that are none or are cut short`);
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
    const raw = new TextDecoder().decode(new Uint8Array(directory.buffer, directory.byteOffset + at + 46, nameLength));
    const bytes = directory.getUint32(at + 24, true);
    const entry: Entry = {
      path: plainPath(raw),
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
  let bytes = packed;
  if (entry.method === 8) {
    try {
      // Inflated into what the directory promised and not a byte more: a lie about the size costs nothing.
      bytes = inflateSync(packed, { out: new Uint8Array(entry.bytes) });
    } catch (error) {
      throw inputError('data', where, 'deflated bytes', error instanceof Error ? error.message : String(error));
    }
  }
  if (bytes.length !== entry.bytes || crc32(bytes) !== entry.crc) {
    throw inputError('data', where, `${entry.bytes} bytes of the stored checksum`, `${bytes.length} other bytes`);
  }
  return bytes;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`;
