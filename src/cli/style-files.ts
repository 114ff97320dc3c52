// Style files beside a field: `--style-file x.style.impasto[:0.6]`, repeated for a mix, in the place of what the field
// file itself shows.

import { basename } from 'node:path';
import type { Command } from 'commander';
import type { Engine } from './engine.ts';
import { readInput } from './inputs.ts';
import { decimal, type StyleArgument, weighted } from './options.ts';

export interface StyleFileOptions {
  styleFile?: StyleArgument[];
  strength?: number;
}

export function styleFileOptions(command: Command): Command {
  return command
    .option(
      '--style-file <file[:weight]>',
      'shows a painted style, as stylize --delta left it; repeat for a mix',
      weighted('--style-file', 'a style file'),
    )
    .option('--strength <s>', '0 is the original, 1 the style (default: as it was saved)', decimal('--strength', 0, 1));
}

export type ReadStyleFiles = { name: string; bytes: Uint8Array<ArrayBuffer>; weight: number }[];

/** Before any long work. */
export async function readStyleFiles({ styleFile = [] }: StyleFileOptions): Promise<ReadStyleFiles> {
  return await Promise.all(
    styleFile.map(async ({ path, weight }) => ({
      name: basename(path),
      bytes: await readInput(path, 'style file'),
      weight,
    })),
  );
}

/** Loads a field by itself, and shows them on it. */
export async function loadWithStyles(
  engine: Engine,
  bytes: Uint8Array<ArrayBuffer>,
  where: string,
  files: ReadStyleFiles,
  options: StyleFileOptions,
): Promise<void> {
  await engine.stage('load', async () => {
    await engine.session.load(bytes, where);
    await showStyleFiles(engine, files, options);
  });
}

/** Shows them on the field that was loaded. @throws InputError for files of another field */
export async function showStyleFiles(
  { session }: Pick<Engine, 'session'>,
  files: ReadStyleFiles,
  { strength }: StyleFileOptions,
): Promise<void> {
  const styles: { id: string; weight: number }[] = [];
  for (const { name, bytes, weight } of files) {
    styles.push({ id: (await session.library.import(bytes, name)).id, weight });
  }
  if (styles.length) session.show({ styles, strength: strength ?? 1 });
  else if (strength !== undefined) session.setStrength(strength);
}
