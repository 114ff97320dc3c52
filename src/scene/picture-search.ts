// Finds the pictures of a dataset's frames. As written first, for all of them. Captures travel: folders are renamed,
// flattened, moved or left behind, pictures converted and reduced. So for frames that are still without one: the
// file with the longest unique tail of the written path, down to the file name alone, then the same tails with
// another ending. What another frame has, what lies beside photographs under their names (masks, depths), what two
// frames would share and what is of another split is never guessed; what was guessed is said.

import type { Frame } from './dataset.ts';
import {
  byName,
  endingOf,
  type FileFinder,
  fileNameOf,
  folderOf,
  isBesidePhotographs,
  isPicture,
  PICTURE_ENDINGS,
  plainPath,
  spelling,
} from './paths.ts';

export interface FoundPictures {
  /** Path in the file source for each frame, null where there is none. [frames] */
  paths: (string | null)[];
  /** How many of them are where the dataset says. */
  asWritten: number;
  notes: string[];
}

const SPLITS = new Set(['train', 'test', 'val', 'valid', 'validation', 'eval']);

/** @param root folder of the dataset, '' or ending in '/' */
export function findPictures(
  frames: readonly Frame[],
  files: readonly string[],
  finder: FileFinder,
  root: string,
): FoundPictures {
  const paths = frames.map((frame) => finder.findInside(root, frame.name));
  const notes = besides(frames, paths, files);
  const claimed = new Set(paths);
  const asWritten = paths.filter((path) => path !== null).length;
  if (asWritten === frames.length) return { paths, asWritten, notes };

  const free = files.filter((path) => isPicture(path) && !isBesidePhotographs(path) && !claimed.has(path));
  const tails = new Tails(free);
  const guesses = frames.map((frame, i) => (paths[i] === null ? tails.find(plainPath(frame.name), root) : null));
  const counts = new Map<string, Set<string>>();
  guesses.forEach((guess, i) => {
    if (guess) counts.set(guess, (counts.get(guess) ?? new Set()).add(frames[i].name));
  });
  let first: string | null = null;
  let guessed = 0;
  guesses.forEach((guess, i) => {
    if (!guess || counts.get(guess)!.size > 1) return;
    paths[i] = guess;
    guessed++;
    first ??= `${guess} for ${frames[i].name}`;
  });
  if (guessed > 0) notes.push(`${guessed} pictures were found where the poses do not say (${first})`);
  return { paths, asWritten, notes };
}

/** Names without an ending that several pictures fit: which kind was taken. */
function besides(frames: readonly Frame[], paths: readonly (string | null)[], files: readonly string[]): string[] {
  const endings = new Map<string, Set<string>>();
  for (const file of files) {
    if (!isPicture(file)) continue;
    const stem = file.slice(0, -endingOf(file).length);
    endings.set(stem, (endings.get(stem) ?? new Set()).add(endingOf(file)));
  }
  let [count, taken, other] = [0, '', ''];
  paths.forEach((path, i) => {
    if (path === null || spelling(fileNameOf(plainPath(frames[i].name))) === spelling(fileNameOf(path))) return;
    const there = endings.get(path.slice(0, -endingOf(path).length)) ?? new Set();
    if (there.size < 2) return;
    count++;
    taken = endingOf(path);
    other = [...there].find((ending) => ending !== taken) ?? '';
  });
  return count > 0 ? [`${count} names fit two pictures: the ${taken} was taken, not the ${other} beside it`] : [];
}

/** All ends of paths, at whole folders: 'a/b/c.jpg' has 'c.jpg', 'b/c.jpg' and itself. */
class Tails {
  readonly #byTail = new Map<string, string[]>();
  readonly #byStem = new Map<string, string[]>();

  constructor(files: readonly string[]) {
    for (const file of [...files].sort(byName)) {
      const key = spelling(file);
      const stem = key.slice(0, key.length - endingOf(key).length);
      for (const tail of tailsOf(key)) append(this.#byTail, tail, file);
      for (const tail of tailsOf(stem)) append(this.#byStem, tail, file);
    }
  }

  find(written: string, root: string): string | null {
    const key = spelling(written);
    const stem =
      isPicture(key) || /\.(dng|raw|arw|nef|cr[23]|orf|rw2|bmp|exr)$/.test(key)
        ? key.slice(0, -endingOf(key).length)
        : key;
    return (
      this.#longest(tailsOf(key), this.#byTail, written, root) ??
      this.#longest(tailsOf(stem), this.#byStem, written, root)
    );
  }

  #longest(tails: string[], index: Map<string, string[]>, written: string, root: string): string | null {
    for (const tail of tails) {
      const all = (index.get(tail) ?? []).filter((file) => !isOfAnotherSplit(written, file));
      if (all.length === 0) continue;
      const inside = all.filter((file) => file.startsWith(root));
      return theOnly(inside.length > 0 ? inside : all); // shorter tails are only more ambiguous
    }
    return null;
  }
}

/** Longest first. */
function tailsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, i) => parts.slice(i).join('/'));
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** A missing test/r_0 is not train/r_0. */
function isOfAnotherSplit(written: string, file: string): boolean {
  const splitOf = (path: string) =>
    folderOf(path)
      .toLowerCase()
      .split('/')
      .find((part) => SPLITS.has(part));
  const [wanted, found] = [splitOf(written), splitOf(file)];
  return wanted !== undefined && found !== undefined && wanted !== found;
}

/** One file, or one picture at several sizes or in several codings: the largest, the likeliest photograph. */
function theOnly(files: string[]): string | null {
  const plain = (file: string) => {
    const folder = folderOf(file).replace(/_\d+\/$/, '/');
    const name = fileNameOf(file);
    return spelling(folder + name.slice(0, name.length - endingOf(name).length));
  };
  if (new Set(files.map(plain)).size !== 1) return null;
  const rank = (file: string) => {
    const reduction = Number(/_(\d+)\/$/.exec(folderOf(file))?.[1] ?? 1);
    return reduction * 100 + PICTURE_ENDINGS.indexOf(endingOf(file));
  };
  return files.reduce((best, file) => (rank(file) < rank(best) ? file : best));
}
