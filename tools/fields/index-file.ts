// assets/fields/index.json: what ships, what it was made from, and what it was worth when it was made. The page reads
// names and files; tools/fields writes it; test/gpu/assets/fields.test.ts holds it against what the engine makes now.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PresetName } from '../../src/session/presets.ts';

/**
 * A short training at a quarter of the size, kept beside the long one: any engine can repeat it in seconds, and tells so
 * whether it has become better or worse. Judged on its first views.
 */
export const SHORT = { downscale: 4, steps: 128, views: 6 } as const;

export const ROOT = findRoot();
export const ASSETS = join(ROOT, 'assets');
export const FIELDS = join(ASSETS, 'fields');
export const INDEX = join(FIELDS, 'index.json');

export interface ShippedStyle {
  /** Name of the style picture, and its title. */
  style: string;
  title: string;
  /** Beside the index. */
  file: string;
  bytes: number;
  /** As the command takes it: nnfm, or nnfm:1,gram:0.3. */
  loss: string;
  brush: number;
  /** Long side of the views that were painted, pixels; 0: as the preset says. */
  viewSide: number;
  steps: number;
  /** Distance under its first loss to the style of the recoloured field and of the painted one, over the views that painting judges. */
  start: number;
  end: number;
  /** The painted one's over the first DISTANCE_VIEWS test views: what is measured again. */
  distance: number;
  /** Of what it was made from: style picture, feature network, the field's file. */
  inputs: { picture: string; network: string; field: string };
}

export interface ShippedField {
  /** Name of the scene, and its title. */
  scene: string;
  title: string;
  file: string;
  bytes: number;
  preset: PresetName;
  downscale: number;
  steps: number;
  /** Means over the held-out views, and the views themselves in their order. dB; median relative error of depth. */
  psnr: number;
  depthError: number;
  views: { psnr: number[]; depthError: number[] };
  /** Held-out PSNR of the short training, dB. */
  short: { downscale: number; steps: number; psnr: number };
  /** Of transforms and pictures. */
  inputs: { scene: string };
  styles: ShippedStyle[];
}

export function readIndex(): ShippedField[] {
  return existsSync(INDEX) ? (JSON.parse(readFileSync(INDEX, 'utf8')) as ShippedField[]) : [];
}

/** First half of SHA-256 over names and contents, in the order given. @param files paths below `folder` */
export function hashOf(folder: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 32);
}

export interface SceneEntry {
  name: string;
  title: string;
  path: string;
  files: string[];
}

export interface StyleEntry {
  name: string;
  title: string;
  file: string;
}

const listed = <T>(path: string) => JSON.parse(readFileSync(join(ASSETS, path), 'utf8')) as T[];
export const sceneEntries = () => listed<SceneEntry>('scenes/index.json');
export const styleEntries = () => listed<StyleEntry>('styles/index.json');

export const sceneHash = ({ path, files }: SceneEntry) => hashOf(join(ASSETS, path), files);
export const pictureHash = ({ file }: StyleEntry) => hashOf(join(ASSETS, 'styles'), [file]);
export const networkHash = () => hashOf(join(ASSETS, 'weights'), ['small.json', 'small.bin']);
export const fieldHash = (file: string) => hashOf(FIELDS, [file]);

/** Bundled for the command, this file is elsewhere: the package is above it all the same. */
function findRoot(): string {
  for (let folder = import.meta.dirname; ; folder = resolve(folder, '..')) {
    if (existsSync(join(folder, 'assets/scenes/index.json')) || resolve(folder, '..') === folder) return folder;
  }
}
