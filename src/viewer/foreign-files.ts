// What people drop that is nothing for us, by the endings of its names: what it is, and what can be done with it.

import { inputError } from '../errors.ts';

const FOREIGN: [endings: RegExp, what: string][] = [
  [
    /\.(ply|splat|spz|ksplat|las|laz)$/i,
    'a cloud of points or splats: drop the photographs that it was made of, with their poses',
  ],
  [/\.(glb|gltf|obj|fbx|stl|usdz)$/i, 'a mesh: drop photographs or renders of it, with their poses'],
  [
    /\.(mp4|mov|webm|avi|mkv|m4v)$/i,
    'a film: take pictures out of it, find their poses (COLMAP, nerfstudio) and drop that folder',
  ],
  [/\.(heic|heif)$/i, 'a HEIC picture: save it as JPEG or PNG first'],
  [/\.(svg|eps|pdf|ai)$/i, 'a drawing without pixels: save it as PNG first'],
  [
    /\.(psd|tiff?|exr|hdr|dng|cr2|nef|arw|raw)$/i,
    'a picture of a kind that browsers do not show: save it as JPEG or PNG first',
  ],
];
const TEXT = /\.(txt|md|docx?|xlsx?|html?|js|ts|py|csv)$/i;
const OURS = 'a scene, an .impasto file or one picture';

/** @throws InputError where none of the files is meant for us */
export function refuseForeign(name: string, paths: readonly string[]): void {
  if (paths.length === 0) return;
  for (const [endings, what] of FOREIGN) {
    if (paths.every((path) => endings.test(path))) throw inputError('files', name, OURS, what);
  }
  if (paths.length === 1 && TEXT.test(paths[0])) throw inputError('files', name, OURS, 'a text');
  if (paths.length > 1 && paths.some((path) => /^[^/]+\.zip$/i.test(path)))
    throw inputError('files', name, OURS, `${paths.length} files with an archive among them: drop one at a time`);
}
