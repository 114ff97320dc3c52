// Tiny scenes made in memory: a file source over a map, and pictures that sharp encodes.

import sharp, { type Sharp } from 'sharp';
import { InputError, inputError } from '../src/errors.ts';
import type { FileSource } from '../src/scene/types.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

export function memorySource(files: Record<string, Bytes | string | object>, name = 'tiny'): FileSource {
  const encode = (value: Bytes | string | object): Bytes =>
    value instanceof Uint8Array
      ? value
      : new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
  return {
    name,
    list: async () => Object.keys(files),
    async read(path) {
      if (!(path in files)) throw inputError(path, null, 'it to be there', 'none');
      return encode(files[path]);
    },
  };
}

export async function encoded(image: Sharp): Promise<Bytes> {
  return new Uint8Array(await image.toBuffer());
}

/** One colour. */
export function plain(
  width: number,
  height: number,
  colour: { r: number; g: number; b: number; alpha?: number },
): Sharp {
  return sharp({
    create: { width, height, channels: colour.alpha === undefined ? 3 : 4, background: colour },
  });
}

export const RED = { r: 200, g: 30, b: 10 };

/** Row-major rows of a camera on a circle of that radius around the z axis, looking at its centre, +Z up. */
export function onCircle(angle: number, radius = 4): number[][] {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [
    [-s, 0, c, c * radius],
    [c, 0, s, s * radius],
    [0, 1, 0, 0],
    [0, 0, 0, 1],
  ];
}

/** Resolves to the InputError's message; fails where there is none. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error === null) throw new Error('expected an InputError, but it was accepted');
  if (!(error instanceof InputError)) throw error;
  return error.message;
}

/** World-to-camera in OpenCV axes: quaternion w x y z and translation. Any rotation with w != 0. */
export function colmapPose(rows: number[][]): { q: number[]; t: number[] } {
  const axes = [0, 1, 2].map((c) => rows.slice(0, 3).map((row) => (c === 0 ? row[c] : -row[c]))); // rows of R
  const position = rows.slice(0, 3).map((row) => row[3]);
  const t = axes.map((axis) => -axis.reduce((sum, x, i) => sum + x * position[i], 0));
  const w = Math.sqrt(Math.max(0, 1 + axes[0][0] + axes[1][1] + axes[2][2])) / 2;
  const q = [
    w,
    (axes[2][1] - axes[1][2]) / (4 * w),
    (axes[0][2] - axes[2][0]) / (4 * w),
    (axes[1][0] - axes[0][1]) / (4 * w),
  ];
  return { q, t };
}

/** A capture on a circle round the origin, 12x8 pixels, every way people keep it. */
export interface Capture {
  names: string[];
  picture: Bytes;
  /** `folder` + each name. */
  pictures(folder: string, rename?: (name: string) => string): Record<string, Bytes>;
  transforms(pathOf?: (name: string, i: number) => string, extra?: object): { frames: Record<string, unknown>[] };
  cameras: string;
  /** Lines of images.txt; `second` is what stands in the line of features, null for none. */
  images(nameOf?: (name: string, i: number) => string, second?: string | null): string;
}

export async function captureOf(count: number, start = 0): Promise<Capture> {
  const picture = await encoded(plain(12, 8, RED).png());
  const names = Array.from({ length: count }, (_, i) => `${String(start + i).padStart(4, '0')}.png`);
  const matrix = (i: number) => onCircle((2 * Math.PI * (start + i)) / (count + 0.5));
  return {
    names,
    picture,
    pictures: (folder, rename = (name) => name) =>
      Object.fromEntries(names.map((name) => [folder + rename(name), picture])),
    transforms: (pathOf = (name) => `images/${name}`, extra = {}) => ({
      ...{ w: 12, h: 8, fl_x: 10, fl_y: 11, cx: 6, cy: 4, ...extra },
      frames: names.map((name, i) => ({ file_path: pathOf(name, i), transform_matrix: matrix(i) })),
    }),
    cameras: '# one\n1 PINHOLE 12 8 10 11 6 4\n',
    images: (nameOf = (name) => name, second = '') =>
      `# Image list\n${names
        .map((name, i) => {
          const { q, t } = colmapPose(matrix(i));
          const line = `${i + 1} ${[...q, ...t].join(' ')} 1 ${nameOf(name, i)}\n`;
          return second === null ? line : `${line}${second}\n`;
        })
        .join('')}`,
  };
}
