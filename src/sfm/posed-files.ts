// A file source of photographs alone with a transforms.json added to it: to whatever loads scenes it is a scene.

import type { FileSource } from '../scene/types.ts';

const FILE = 'transforms.json';

/** @param transforms content of the file, which names pictures as `files` does */
export function withTransforms(files: FileSource, transforms: string): FileSource {
  return {
    name: files.name,
    list: async () => [...(await files.list()), FILE],
    read: async (path) => (path === FILE ? new TextEncoder().encode(transforms) : files.read(path)),
  };
}
