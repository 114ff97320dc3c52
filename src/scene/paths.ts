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

/** Spellings that mean one file: in any case of letters, accents composed or not (macOS takes them apart). */
export const spelling = (path: string): string => path.normalize('NFC').toLowerCase();

/**
 * Endings of pictures. A JPEG before a PNG: where both lie side by side, the PNG is most often the mask of the
 * photograph, or cut out of it.
 */
export const PICTURE_ENDINGS = ['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff', '.avif', '.heic', '.heif', '.gif'];
const PICTURES = new Set(PICTURE_ENDINGS);

export const isPicture = (path: string): boolean => PICTURES.has(endingOf(path));

/** What lies beside photographs under their names and is none: masks, depths, normals, previews. */
export function isBesidePhotographs(path: string): boolean {
  const folder =
    /(^|\/)((dynamic_)?masks?|depths?|depth_maps?|normals?|segmentations?|semantics?|thumbs?|thumbnails?)(_\d+)?\//i;
  const file = /(^|\/)(dynamic_)?mask_[^/]*$|_(mask|depth|normals?)\.\w+$|\.\w{3,4}\.png$/i;
  return folder.test(path) || file.test(path);
}

/**
 * Finds the file that a dataset means by a name. In this order: as written; with a picture ending added; the same in
 * any spelling; and for a name that leads outside (an absolute one, of the machine the dataset was made on)
 * the only file of that name, wherever it is. Not so for others: a missing test/r_0 is not train/r_0.
 */
export class FileFinder {
  readonly #exact: Set<string>;
  readonly #bySpelling = new Map<string, string>();
  /** Null: several files have this name. */
  readonly #byFileName = new Map<string, string | null>();

  constructor(paths: readonly string[]) {
    this.#exact = new Set(paths);
    for (const path of [...paths].sort(byName)) {
      const key = spelling(path);
      if (!this.#bySpelling.has(key)) this.#bySpelling.set(key, path);
      const name = fileNameOf(key);
      this.#byFileName.set(name, this.#byFileName.has(name) ? null : path);
    }
  }

  /** @param root folder of the dataset's own file, '' or ending in '/' */
  find(root: string, written: string): string | null {
    const inside = this.findInside(root, written);
    if (inside || !leadsOutside(written)) return inside;
    for (const candidate of candidatesOf(root, written)) {
      const found = this.#byFileName.get(fileNameOf(spelling(candidate)));
      if (found) return found;
    }
    return null;
  }

  /** Without the last of these ways. */
  findInside(root: string, written: string): string | null {
    const candidates = candidatesOf(root, written);
    for (const candidate of candidates) if (this.#exact.has(candidate)) return candidate;
    for (const candidate of candidates) {
      const found = this.#bySpelling.get(spelling(candidate));
      if (found) return found;
    }
    return null;
  }
}

/** '/2024.05.01' has a dot, too: as written before an ending is added. */
function candidatesOf(root: string, written: string): string[] {
  const path = resolved(root + plainPath(written));
  return [path, ...PICTURE_ENDINGS.map((ending) => path + ending)];
}

/** 'poses/../images/a' is 'images/a'; a '..' that leads out of the root stays. */
function resolved(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}
