// What a person's files are meant as, by their names alone; the loaders look closer.

import type { FileSource } from '../scene/types.ts';

export type DropKind = 'scene' | 'checkpoint' | 'network' | 'style';

export async function kindOf(source: FileSource): Promise<DropKind> {
  const paths = await source.list();
  if (paths.length !== 1 || /\.(zip|json)$/i.test(source.name) || /\.json$/i.test(paths[0])) return 'scene';
  if (/\.impasto$/i.test(paths[0])) return 'checkpoint';
  if (/\.safetensors$/i.test(paths[0])) return 'network';
  return 'style';
}
