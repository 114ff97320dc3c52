// Which format a scene is in and where its root is: the folder given, or the first one below it that has a file
// with camera poses (archives and clones often wrap everything in one more folder).

import { inputError } from '../errors.ts';
import { COLMAP_MARKS, readColmap } from './colmap.ts';
import type { Dataset, DatasetFiles } from './dataset.ts';
import { LLFF_FILE, readLlff } from './llff.ts';
import { byName, type FileFinder, folderOf } from './paths.ts';
import { BLENDER_SPLITS, blenderFile, readBlender, readTransforms, TRANSFORMS } from './transforms.ts';
import type { FileSource } from './types.ts';

interface Format {
  /** Any one of these files in a folder makes it the root of such a dataset. */
  marks: string[];
  read(files: DatasetFiles, finder: FileFinder): Promise<Dataset>;
}

/** In order of preference, where a folder has several. */
const FORMATS: Format[] = [
  { marks: [TRANSFORMS], read: (files) => readTransforms(files) },
  {
    marks: BLENDER_SPLITS.map(blenderFile),
    read: (files, finder) => readBlender(files, (name) => finder.find(files.root, name) !== null),
  },
  { marks: COLMAP_MARKS, read: (files) => readColmap(files) },
  { marks: [LLFF_FILE], read: (files) => readLlff(files) },
];

/** Folders below the one given that are looked into. */
const MAX_DEPTH = 2;

export async function findDataset(
  source: FileSource,
  paths: string[],
  finder: FileFinder,
): Promise<{ dataset: Dataset; root: string }> {
  const present = new Set(paths);
  for (const root of rootsOf(paths)) {
    for (const format of FORMATS) {
      if (!format.marks.some((mark) => present.has(root + mark))) continue;
      return { dataset: await format.read({ source, paths, root }, finder), root };
    }
  }
  const wanted = FORMATS.map((format) => format.marks[0]).join(', ');
  throw inputError('camera poses', source.name, `one of ${wanted}`, `none among ${paths.length} files`);
}

/** Nearest first, then by name. */
function rootsOf(paths: readonly string[]): string[] {
  const roots = new Set(['']);
  for (const path of paths) {
    for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder.slice(0, -1))) roots.add(folder);
  }
  const depth = (root: string) => root.split('/').length - 1;
  return [...roots].filter((root) => depth(root) <= MAX_DEPTH).sort((a, b) => depth(a) - depth(b) || byName(a, b));
}
