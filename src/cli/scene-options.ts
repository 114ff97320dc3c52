// Options of every command that loads photographs, and how a checkpoint and its photographs are brought together: at
// the reduction and with the views held out that the field was trained with, unless told otherwise.

import type { Command } from 'commander';
import { z } from 'zod';
import { inputError } from '../errors.ts';
import { readContainer } from '../nerf/container.ts';
import { nodeDecoder } from '../scene/node-decoder.ts';
import { byName } from '../scene/paths.ts';
import { hasPhotographs } from '../scene/picture.ts';
import type { FileSource, LoadSceneOptions, Scene } from '../scene/types.ts';
import { PRESET_NAMES, PRESETS, type PresetName } from '../session/presets.ts';
import type { Engine } from './engine.ts';
import { wholeNumber } from './options.ts';

export interface SceneOptions {
  downscale?: number;
  holdout?: number;
}

export function sceneOptions(command: Command): Command {
  return command
    .option('--downscale <k>', 'reduce pictures k times (default: by preset)', wholeNumber('--downscale', 1, 64))
    .option('--holdout <n>', 'hold out every n-th view, 0 for none (default: 8)', wholeNumber('--holdout', 0));
}

export function loadOptions(options: SceneOptions, preset: PresetName, signal: AbortSignal): LoadSceneOptions {
  const { downscale, holdout } = options;
  return { decoder: nodeDecoder, downscale, maxSide: PRESETS[preset].pictureSide, holdout, signal };
}

/** Loads the photographs, and says on stderr what the loader noticed and did about it. */
export async function loadPhotographs(engine: Engine, files: FileSource, options: LoadSceneOptions): Promise<Scene> {
  const scene = await engine.stage('load', () => engine.session.loadScene(files, options));
  sayNotes(engine, scene);
  return scene;
}

function sayNotes({ progress }: Engine, { name, notes }: Scene): void {
  for (const note of notes) progress.note(`impasto: ${name}: ${note}`);
}

const views = z.array(z.object({ name: z.string() }));
/** What is read here of a checkpoint's header; the session reads and checks all of it. */
const headerSchema = z.object({
  preset: z.enum(PRESET_NAMES),
  scene: z.object({ downscale: z.int().positive(), train: views, test: views }),
});

/**
 * Photographs, then the field that was trained on them.
 * @param where the checkpoint's path, for messages
 * @throws InputError when the photographs are others
 */
export async function loadCheckpointWithScene(
  engine: Engine,
  bytes: Uint8Array<ArrayBuffer>,
  where: string,
  files: FileSource,
  options: SceneOptions,
): Promise<void> {
  const { session, stage, signal } = engine;
  await stage('load', async () => {
    const header = headerSchema.safeParse(readContainer(bytes, where).meta);
    if (!header.success) {
      // Not a field at all, and the session has the words for it.
      await session.load(bytes, where);
      throw inputError('header', where, 'a field written by Impasto', 'another');
    }
    const { preset, scene } = header.data;
    const trained = { train: scene.train.map((v) => v.name), test: scene.test.map((v) => v.name) };
    const wanted = {
      downscale: options.downscale ?? scene.downscale,
      holdout: options.holdout ?? holdoutOf(trained.train, trained.test),
    };
    // The very views of the training, whatever was left out then; another --holdout asks for others.
    const asTrained = options.holdout === undefined ? { views: trained } : {};
    sayNotes(engine, await session.loadScene(files, { ...loadOptions(wanted, preset, signal), ...asTrained }));
    await session.load(bytes, where);
    // The session keeps the photographs only where they are the field's own.
    if (!hasPhotographs(session.state.scene!)) {
      const expected = `the ${trained.train.length} training views of ${where} (the same --holdout too)`;
      throw inputError('photographs', files.name, expected, 'others');
    }
  });
}

/** Every how manieth view was held out, by how far the first two lie apart; the dataset's own split ignores it. */
export function holdoutOf(train: readonly string[], test: readonly string[]): number {
  if (test.length === 0) return 0;
  const all = [...train, ...test].sort(byName);
  if (test.length === 1) return all.length;
  const [first, second] = test.map((name) => all.indexOf(name)).sort((a, b) => a - b);
  return second - first;
}
