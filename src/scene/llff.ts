// Reads LLFF's poses_bounds.npy: [N, 17], a row for each picture in order of names: 3x5 [R | t | (h, w, focal)]
// row-major, then the nearest and farthest depth (not used: the space beyond the box is contracted). Axes of R are
// down, right, backwards; ours right, up, backwards. The picture size is often that of larger originals.

import { inputError } from '../errors.ts';
import { checkedPose, type Dataset, type DatasetFiles, type Frame, positive } from './dataset.ts';
import { byName, folderOf, isBesidePhotographs, isPicture } from './paths.ts';
import { usableOf } from './usable.ts';

export const LLFF_FILE = 'poses_bounds.npy';
const COLUMNS = 17;

export async function readLlff(files: DatasetFiles): Promise<Dataset> {
  const where = `${LLFF_FILE} of ${files.source.name}`;
  const rows = readNpy(await files.source.read(files.root + LLFF_FILE), where);
  const names = pictureNames(files, rows.length);
  const notes: string[] = [];
  return {
    file: LLFF_FILE,
    frames: usableOf(
      rows,
      (row, i): Frame => {
        const place = `row ${i} (${names[i]}) of ${where}`;
        const axes = [0, 5, 10].map((at) => [row[at + 1], -row[at], row[at + 2], row[at + 3]]);
        const [height, width, focal] = [row[4], row[9], row[14]];
        return {
          name: names[i],
          split: 'all',
          cameraToWorld: checkedPose(axes, place),
          intrinsics: {
            width: positive(width, 'width', place),
            height: positive(height, 'height', place),
            fx: positive(focal, 'focal length', place),
            distortion: null,
          },
        };
      },
      'rows',
      notes,
    ),
    placement: { kind: 'cameras' },
    notes,
  };
}

/**
 * Rows carry no names: the pictures of images/, or of another folder that has one a row, the least reduced first.
 * @throws InputError with another number of pictures, when nobody can tell which row is whose
 */
function pictureNames({ paths, root, source }: DatasetFiles, count: number): string[] {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    if (!path.startsWith(root) || !isPicture(path)) continue;
    const name = path.slice(root.length);
    const folder = folderOf(name);
    if (folder !== 'images/' && isBesidePhotographs(name)) continue;
    folders.set(folder, folders.get(folder) ?? []);
    folders.get(folder)!.push(name);
  }
  const reduction = (folder: string) => Number(/_(\d+)\/$/.exec(folder)?.[1] ?? 1);
  const fitting = [...folders].filter(([, names]) => names.length === count);
  const inOrder = fitting.sort(
    ([a], [b]) => Number(b === 'images/') - Number(a === 'images/') || reduction(a) - reduction(b) || byName(a, b),
  );
  if (inOrder.length > 0) return inOrder[0][1].sort(byName);
  const found = `${folders.get('images/')?.length ?? 0}`;
  throw inputError('pictures', `images of ${source.name}`, `${count}, one a row`, found);
}

/** Rows of 17 numbers of a NumPy file, little-endian float32 or float64 in row order. */
function readNpy(bytes: Uint8Array<ArrayBuffer>, where: string): number[][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isNpy = bytes.length > 12 && view.getUint32(0) === 0x934e554d; // \x93NUM, PY follows
  if (!isNpy) throw inputError('data', where, 'a NumPy array', `${bytes.length} bytes that are none`);
  const [start, length] = bytes[6] === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  const header = new TextDecoder().decode(bytes.subarray(start, start + length));
  const type = /'descr':\s*'<f([48])'/.exec(header)?.[1];
  const shape = /'shape':\s*\((\d+),\s*(\d+)\)/.exec(header);
  if (!type || !shape || Number(shape[2]) !== COLUMNS || !/'fortran_order':\s*False/.test(header)) {
    throw inputError('array', where, `[N, ${COLUMNS}] little-endian floats in row order`, header.trim());
  }
  const [count, size] = [Number(shape[1]), Number(type)];
  const data = start + length;
  if (data + count * COLUMNS * size > bytes.length) {
    throw inputError('array', where, `${count} rows`, `a file cut short at ${bytes.length} bytes`);
  }
  const value = (i: number) => (size === 4 ? view.getFloat32(data + 4 * i, true) : view.getFloat64(data + 8 * i, true));
  return Array.from({ length: count }, (_, row) => Array.from({ length: COLUMNS }, (_, i) => value(row * COLUMNS + i)));
}
