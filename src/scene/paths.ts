// Names of files in a scene: '/' between folders, relative to the root, no way out of it.

/** 'a\\b', './a' and 'a//b' made plain. '..' stays, and is then found in no list. */
export function plainPath(path: string): string {
  return path
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

/** Absolute names, drive letters and '..' lead out of the folder that an archive is unpacked in. */
export function leadsOutside(name: string): boolean {
  return /^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|\0/.test(name);
}

/** Hidden files and what archivers leave behind. */
export function isClutter(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX' || part === 'node_modules');
}

export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
export const fileNameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
/** Lower case, with the dot; '' when there is none. */
export const endingOf = (path: string): string => /\.[^./]+$/.exec(path)?.[0].toLowerCase() ?? '';

/** Plain code-unit order: the same on every machine, whatever its language. */
export const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const PICTURE_ENDINGS = ['.png', '.webp', '.jpg', '.jpeg'];

/**
 * Finds the file that a dataset means by a name. In this order: as written; with a picture ending added; the same in
 * any case of letters; and for a name that leads outside (an absolute one, of the machine the dataset was made on)
 * the only file of that name, wherever it is. Not so for others: a missing test/r_0 is not train/r_0.
 */
export class FileFinder {
  readonly #exact: Set<string>;
  readonly #lower = new Map<string, string>();
  /** Null: several files have this name. */
  readonly #byFileName = new Map<string, string | null>();

  constructor(paths: readonly string[]) {
    this.#exact = new Set(paths);
    for (const path of [...paths].sort(byName)) {
      const lower = path.toLowerCase();
      if (!this.#lower.has(lower)) this.#lower.set(lower, path);
      const name = fileNameOf(lower);
      this.#byFileName.set(name, this.#byFileName.has(name) ? null : path);
    }
  }

  /** @param root folder of the dataset's own file, '' or ending in '/' */
  find(root: string, written: string): string | null {
    const path = root + plainPath(written);
    // '/2024.05.01' has a dot, too: try as written before adding.
    const candidates = [path, ...PICTURE_ENDINGS.map((ending) => path + ending)];
    for (const candidate of candidates) if (this.#exact.has(candidate)) return candidate;
    for (const candidate of candidates) {
      const found = this.#lower.get(candidate.toLowerCase());
      if (found) return found;
    }
    if (!leadsOutside(written)) return null;
    for (const candidate of candidates) {
      const found = this.#byFileName.get(fileNameOf(candidate.toLowerCase()));
      if (found) return found;
    }
    return null;
  }
}
