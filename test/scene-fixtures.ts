// Tiny scenes made in memory: a file source over a map, and pictures that sharp encodes.

import sharp, { type Sharp } from 'sharp';
import { InputError } from '../src/errors.ts';
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
      if (!(path in files)) throw new InputError(`no ${path}`);
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
