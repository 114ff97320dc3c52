// What a person's files are meant as, by their names alone; the loaders look closer.

import type { FileSource } from '../scene/types.ts';
import { STYLE_FILE_ENDING } from '../session/style-file.ts';
import { refuseForeign } from './foreign-files.ts';
import { isProject } from './project/project-file.ts';

export type DropKind = 'project' | 'scene' | 'checkpoint' | 'painted' | 'network' | 'style';

/** @throws InputError where they can be meant as nothing of ours */
export async function kindOf(source: FileSource): Promise<DropKind> {
  const paths = await source.list();
  if (isProject(paths)) return 'project';
  refuseForeign(paths.length === 1 ? paths[0] : source.name, paths);
  if (holdsNetwork(paths)) return 'network';
  if (paths.length > 0 && paths.every((path) => path.toLowerCase().endsWith(STYLE_FILE_ENDING))) return 'painted';
  if (paths.length !== 1 || /\.(zip|json)$/i.test(source.name) || /\.json$/i.test(paths[0])) return 'scene';
  if (/\.impasto$/i.test(paths[0])) return 'checkpoint';
  return 'style';
}

/** A .safetensors, or a manifest and its .bin alone: scenes have pictures beside their .json. */
function holdsNetwork(paths: readonly string[]): boolean {
  const endings = paths.map((path) => /\.\w+$/.exec(path)?.[0].toLowerCase()).sort();
  return (endings.length === 1 && endings[0] === '.safetensors') || endings.join() === '.bin,.json';
}
