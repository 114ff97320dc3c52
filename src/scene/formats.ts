// Which descriptions of poses a scene has, and which one is used: the file that the user named; else the nearest to
// the top, in the order of formats below, that can be read and whose pictures are there (archives and clones often
// wrap everything in more folders, exporters leave stale files beside good ones). What was passed over is said.

import { InputError, inputError } from '../errors.ts';
import { COLMAP_FILES, colmapModels, readColmap } from './colmap.ts';
import type { Dataset, DatasetFiles } from './dataset.ts';
import { LLFF_FILE, readLlff } from './llff.ts';
import { byName, endingOf, type FileFinder, fileNameOf, folderOf, isPicture } from './paths.ts';
import { type FoundPictures, findPictures } from './picture-search.ts';
import { BLENDER_SPLITS, blenderFile, readBlender, readTransforms, TRANSFORMS } from './transforms.ts';
import type { FileSource } from './types.ts';

/** One description of poses. */
interface Candidate {
  /** Folder that its names start from, '' or ending in '/'. */
  root: string;
  /** Its files, in the file source; the first is shown. */
  files: string[];
  /** Place in the order of formats. */
  rank: number;
  read(files: DatasetFiles, finder: FileFinder): Promise<Dataset>;
}

/** Formats whose poses are in one file of one name: it is looked for, told of where none is found, and may be named. */
const POSE_FILES: readonly { file: string; rank: number; read(files: DatasetFiles): Promise<Dataset> }[] = [
  { file: TRANSFORMS, rank: 0, read: (files) => readTransforms(files) },
  { file: LLFF_FILE, rank: 3, read: readLlff },
];

/** Whether to name this file means the scene round it. */
export const isPoseFile = (name: string): boolean =>
  COLMAP_FILES.test(name) || /\.(json|npy)$/i.test(name) || POSE_FILES.some(({ file }) => file === name);

export interface FoundDataset {
  dataset: Dataset;
  root: string;
  pictures: FoundPictures;
}

/** Folders below the one given that are looked into; a dropped folder is one more itself. */
const MAX_DEPTH = 7;
/** Descriptions that are opened before giving up. */
const MAX_TRIED = 20;

/** @throws InputError the fault of the likeliest description, when none can be used */
export async function findDataset(
  source: FileSource,
  paths: string[],
  finder: FileFinder,
  signal?: AbortSignal,
): Promise<FoundDataset> {
  const all = candidatesOf(paths);
  const candidates = source.named === undefined ? all : namedOnly(source.named, all, paths, source);
  if (candidates.length === 0) throw withoutPoses(source, paths);
  let first: InputError | null = null;
  for (const candidate of candidates.slice(0, MAX_TRIED)) {
    const { root } = candidate;
    try {
      const dataset = await candidate.read({ source, paths, root, signal }, finder);
      const pictures = findPictures(dataset.frames, paths, finder, root);
      if (pictures.paths.every((path) => path === null)) throw withoutPictures(dataset, source.name);
      const notes = [...dataset.notes];
      if (first) notes.unshift(`${shown(candidates[0])} was not used: ${first.message}`);
      if (source.named === undefined) notes.push(...others(candidate, candidates));
      return { dataset: { ...dataset, notes }, root, pictures };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      first ??= error;
    }
  }
  throw first!;
}

/** False where there are pictures at most: their poses must be found before they are a scene. */
export const hasPoses = (paths: readonly string[]): boolean => candidatesOf(paths).length > 0;

function candidatesOf(paths: readonly string[]): Candidate[] {
  const present = new Set(paths);
  const candidates: Candidate[] = [];
  const named = (name: string) => paths.filter((path) => fileNameOf(path) === name);
  for (const { file: name, rank, read } of POSE_FILES) {
    for (const file of named(name)) candidates.push({ root: folderOf(file), files: [file], rank, read });
  }
  for (const root of new Set(BLENDER_SPLITS.flatMap((split) => named(blenderFile(split)).map(folderOf)))) {
    const files = BLENDER_SPLITS.map((split) => root + blenderFile(split)).filter((path) => present.has(path));
    const read: Candidate['read'] = (folder, finder) => readBlender(folder, (name) => finder.find(root, name) !== null);
    candidates.push({ root, files, rank: 1, read });
  }
  candidates.push(...colmapCandidates(paths));
  // transforms_undistorted.json and the like, where there is nothing better.
  const taken = new Set(candidates.flatMap(({ files }) => files));
  for (const file of paths) {
    if (taken.has(file) || !/^transforms.*\.json$/i.test(fileNameOf(file))) continue;
    candidates.push(transformsFile(file, 4));
  }
  return candidates
    .filter(({ root }) => depthOf(root) <= MAX_DEPTH)
    .sort(
      (a, b) =>
        depthOf(a.root) - depthOf(b.root) ||
        byName(a.root, b.root) ||
        a.rank - b.rank ||
        byName(a.files[0], b.files[0]),
    );
}

const COLMAP_RANK = 2;

function colmapCandidates(paths: readonly string[]): Candidate[] {
  return Array.from(colmapModels(paths), ([root, models]) => ({
    root,
    files: models.flatMap(({ folder, ending }) => [`${folder}images.${ending}`, `${folder}cameras.${ending}`]),
    rank: COLMAP_RANK,
    read: (folder) => readColmap(folder, models),
  }));
}

const depthOf = (root: string): number => root.split('/').length - 1;
const transformsFile = (file: string, rank: number): Candidate => ({
  root: folderOf(file),
  files: [file],
  rank,
  read: (files) => readTransforms(files, fileNameOf(file)),
});

/** What the user named is meant, and nothing else. */
function namedOnly(named: string, all: Candidate[], paths: readonly string[], source: FileSource): Candidate[] {
  const isFolder = named.endsWith('/') || named === '';
  const isMeant = (file: string) => (isFolder ? folderOf(file) === named : file === named);
  const others = all.filter(({ rank, files }) => rank !== COLMAP_RANK && files.some(isMeant));
  // Of several models of one project, the one that is meant.
  const models = colmapCandidates(paths.filter((path) => folderOf(path) === folderOf(named)));
  const found = [...others, ...models.filter(({ files }) => files.some(isMeant))];
  if (found.length > 0) return found;
  if (endingOf(named) === '.json') return [transformsFile(named, 0)];
  throw inputError('camera poses', `${named} of ${source.name}`, 'a file of poses', 'none that is known');
}

const shown = ({ files, root }: Candidate): string => files[0].slice(root.length);

/** Scenes beside the one that is used, in folders of their own. */
function others(used: Candidate, all: readonly Candidate[]): string[] {
  const beside = all.filter(({ root, rank }) => root !== used.root && rank < 4 && !root.startsWith(used.root));
  if (beside.length === 0) return [];
  const first = beside.slice(0, 3).map(({ files }) => files[0]);
  const more = beside.length > first.length ? ` and ${beside.length - first.length} more` : '';
  return [`poses were read from ${used.files[0]}; there are also ${first.join(', ')}${more}`];
}

function withoutPictures({ frames, file }: Dataset, where: string): InputError {
  const first = frames.length > 0 ? `none (the first would be ${frames[0].name})` : 'no frame in it';
  return inputError('pictures', where, `at least one of the ${frames.length} that ${file} names`, first);
}

/** The one place where a scene without any description of poses ends. */
function withoutPoses(source: FileSource, paths: readonly string[]): InputError {
  const [usual, ...others] = POSE_FILES.map(({ file }) => file);
  const wanted = `one of ${[usual, blenderFile('train'), 'sparse/0/images.bin', ...others].join(', ')}`;
  const packed = paths.filter((path) => /\.(zip|rar|7z|tar|tgz|gz|bz2|xz)$/i.test(path));
  const pictures = paths.filter(isPicture).length;
  const found =
    pictures === 0 && packed.length > 0
      ? `an archive in it, ${packed[0]}, to be unpacked first`
      : `none among ${paths.length} files${pictures > 0 ? `, ${pictures} of them pictures` : ''}`;
  return inputError('camera poses', source.name, wanted, found);
}
