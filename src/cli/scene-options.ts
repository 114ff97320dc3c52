// Options of every command that loads a scene, and what a preset adds to them.

import type { Command } from 'commander';
import { PRESETS } from '../nerf/config.ts';
import type { PresetName } from '../nerf/types.ts';
import { nodeDecoder } from '../scene/node-decoder.ts';
import type { FileSource, LoadSceneOptions } from '../scene/types.ts';
import type { Engine } from './engine.ts';
import { oneOf, wholeNumber } from './options.ts';

export interface SceneOptions {
  downscale?: number;
  holdout: number;
  background?: 'white' | 'black' | 'random';
}

export function sceneOptions(command: Command): Command {
  return command
    .option('--downscale <k>', 'reduce pictures k times (default: by preset)', wholeNumber('--downscale', 1, 64))
    .option('--holdout <n>', 'hold out every n-th view, 0 for none', wholeNumber('--holdout', 0), 8)
    .option(
      '--background <colour>',
      'behind transparent pictures: white, black or random',
      oneOf('--background', ['white', 'black', 'random']),
    );
}

export function loadOptions(options: SceneOptions, preset: PresetName, signal: AbortSignal): LoadSceneOptions {
  const { downscale, holdout } = options;
  return { decoder: nodeDecoder, downscale, maxSide: PRESETS[preset].pictureSide, holdout, signal };
}

/**
 * The photographs first, then the field that was trained on them: at the preset's reduction unless told otherwise.
 * @param where the checkpoint's path, for messages
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
    // Read once before the photographs, so that a damaged file is refused at once and its preset is known.
    await session.load(bytes, where);
    await session.loadScene(files, loadOptions(options, session.state.preset, signal));
    await session.load(bytes, where);
  });
}
