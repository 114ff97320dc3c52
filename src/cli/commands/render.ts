// impasto render: a field along a camera path, as a video or as numbered pictures, with depth and cameras beside
// them where asked. A video appears whole or not at all; frames appear one by one, each whole.

import { extname, join } from 'node:path';
import { Command } from 'commander';
import { inputError } from '../../errors.ts';
import { turntableFor } from '../../export/camera-path.ts';
import { encodeNpy } from '../../export/npy.ts';
import { pathFromJson } from '../../export/path-json.ts';
import { encodePng } from '../../export/png.ts';
import { transformsJson, worldUnitsPerSceneUnit } from '../../export/transforms.ts';
import type { Camera, Scene } from '../../scene/types.ts';
import { type Engine, withEngine } from '../engine.ts';
import { type Frame, renderFrames, renderVideoFile } from '../frames.ts';
import { readInput, stylePaths } from '../inputs.ts';
import type { Io } from '../io.ts';
import { frameRate, size, wholeNumber } from '../options.ts';
import {
  isExistingFolder,
  keepInputs,
  keepScene,
  prepareFile,
  prepareFolder,
  prepareJson,
  say,
  writeJson,
  writeResult,
} from '../output.ts';
import { loadWithStyles, readStyleFiles, type StyleFileOptions, styleFileOptions } from '../style-files.ts';
import { frameSize, sceneOf } from '../views.ts';

interface Options extends StyleFileOptions {
  out: string;
  turntable?: boolean;
  path?: string;
  frames?: number;
  fps?: number;
  size?: [number, number];
  depth?: boolean;
  cameras?: boolean;
  original?: boolean;
  json?: string;
}

const DEFAULT_FRAMES = 120;

export function renderCommand(io: Io): Command {
  const command = new Command('render')
    .description('renders a field along a path: a video, or a folder of frames')
    .argument('<field>', 'f.impasto')
    .requiredOption('--out <place>', 'v.mp4, v.webm or a folder for frame_0000.png ...')
    .option('--turntable', 'round the subject (the default)')
    .option('--path <file>', 'a camera path as nerfstudio writes it')
    .option(
      '--frames <n>',
      `how many (default ${DEFAULT_FRAMES}, or as the path says)`,
      wholeNumber('--frames', 1, 100_000),
    )
    .option('--fps <n>', 'frames a second (default 30, or as the path says)', frameRate('--fps', 1, 240))
    .option('--size <WxH>', 'of the frames (default: as the photographs)', size('--size'))
    .option('--depth', "also depth_0000.npy: float32 [H, W], view-space z in the units of the photographs' poses")
    .option('--cameras', "also transforms.json of the frames, in the world of the photographs' poses")
    .option('--original', 'without the style')
    .option('--json <file>', "figures as JSON, '-' for stdout");
  return styleFileOptions(command).action(async (path: string, options: Options) => {
    prepareJson(options.json);
    const place = placeOf(options);
    const written = place.container ? options.out : options.cameras ? join(options.out, 'transforms.json') : undefined;
    const inputs = [path, options.path, ...stylePaths(options.styleFile)];
    keepInputs(
      [
        ['--out', written],
        ['--json', options.json],
      ],
      inputs,
    );
    if (options.turntable && options.path) throw inputError('render', null, '--turntable or --path', 'both');
    const bytes = await readInput(path, 'checkpoint');
    const pathText =
      options.path === undefined ? null : Buffer.from(await readInput(options.path, 'camera path')).toString();
    const styleFiles = await readStyleFiles(options);
    await withEngine(io, null, async (engine) => {
      const { session, stage, stages } = engine;
      await loadWithStyles(engine, bytes, path, styleFiles, options);
      const scene = sceneOf(session);
      const plan = planOf(options, scene, pathText);
      await stage('render', () =>
        place.container ? video(engine, plan, options) : folder(engine, plan, options, scene),
      );
      const { cameras, fps, size } = plan;
      await writeJson(io, options.json, { stages, video: { file: options.out, frames: cameras.length, fps, size } });
      const what = place.container ? `at ${Number(fps.toFixed(3))} frames a second` : 'as pictures';
      say(io, options.json, `${options.out}: ${cameras.length} frames of ${size.join('x')} ${what}`);
    });
  });
}

interface Plan {
  cameras: Camera[];
  fps: number;
  size: [number, number];
}

/** Endings of files that are asked for by name and that neither frames nor videos are written as. */
const OTHER_FILES = ['.mov', '.m4v', '.mkv', '.avi', '.gif', '.png', '.jpg', '.jpeg', '.webp', '.exr', '.impasto'];

/** What `--out` is, made ready; refuses what the options cannot mean together. */
function placeOf(options: Options): { container: 'mp4' | 'webm' | null } {
  const ending = extname(options.out).toLowerCase();
  // A dot makes no file: people name folders by dates and versions.
  const isFolder = /[/\\]$/.test(options.out) || isExistingFolder(options.out);
  if (isFolder || (ending !== '.mp4' && ending !== '.webm')) {
    if (!isFolder && OTHER_FILES.includes(ending))
      throw inputError(`--out ${options.out}`, null, '.mp4, .webm or a folder', `a file of ${ending}`);
    keepScene(options.out, '--out');
    prepareFolder(options.out, '--out');
    return { container: null };
  }
  if (options.depth || options.cameras)
    throw inputError('--depth and --cameras', null, '--out to be a folder', options.out);
  prepareFile(options.out, '--out');
  return { container: ending === '.mp4' ? 'mp4' : 'webm' };
}

function planOf(options: Options, scene: Scene, pathText: string | null): Plan {
  if (pathText !== null) {
    const [width, height] = options.size ?? [];
    const path = pathFromJson(pathText, options.path!, scene, { width, height, frames: options.frames });
    const [first] = path.cameras;
    return { cameras: path.cameras, fps: options.fps ?? path.fps, size: [first.width, first.height] };
  }
  const size = options.size ?? frameSize(scene);
  return { cameras: turntableFor(scene, options.frames ?? DEFAULT_FRAMES, ...size), fps: options.fps ?? 30, size };
}

async function video(engine: Engine, plan: Plan, options: Options): Promise<void> {
  await writeResult(options.out, await renderVideoFile(engine, plan, options.out, { original: options.original }));
}

async function folder(engine: Engine, plan: Plan, options: Options, scene: Scene): Promise<void> {
  const { depth, original, out } = options;
  const number = (i: number) => String(i).padStart(4, '0');
  const [width, height] = plan.size;
  const write = async (frame: Frame, i: number) => {
    await writeResult(join(out, `frame_${number(i)}.png`), encodePng(frame.picture, { level: 3 }));
    if (frame.depth) await writeResult(join(out, `depth_${number(i)}.npy`), encodeNpy(frame.depth, [height, width]));
  };
  // Depth and cameras are read together, so both are in the dataset's world.
  const depthUnit = worldUnitsPerSceneUnit(scene);
  await renderFrames(engine, plan.cameras, plan.size, { depth, depthUnit, original }, write);
  if (!options.cameras) return;
  const list = plan.cameras.map((camera, i) => ({
    file: `frame_${number(i)}.png`,
    camera,
    ...(depth && { depthFile: `depth_${number(i)}.npy` }),
  }));
  await writeResult(join(out, 'transforms.json'), transformsJson(list, scene));
}
