// A file source of photographs alone with a transforms.json added to it: to whatever loads scenes it is a scene.

import type { FileSource } from '../scene/types.ts';

const FILE = 'transforms.json';

/**
 * @param transforms content of the file, which names pictures as `files` does
 * @param notes how it was come by, for the scene's notes
 */
export function withTransforms(files: FileSource, transforms: string, notes: readonly string[] = []): FileSource {
  return {
    name: files.name,
    notes,
    list: async () => [...(await files.list()), FILE],
    read: async (path) => (path === FILE ? new TextEncoder().encode(transforms) : files.read(path)),
  };
}
