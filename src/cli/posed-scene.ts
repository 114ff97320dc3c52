// A scene as the user names it: one with poses as it is; photographs alone, or a video, get theirs found first. What was found is
// kept beside the output, with a print of the photographs, and taken again while they are the same.

import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { crc32, hex32 } from '../crc32.ts';
import { inputError } from '../errors.ts';
import { openFolder, openScenePath } from '../scene/folder-source.ts';
import { hasPoses } from '../scene/formats.ts';
import { nodeDecoder } from '../scene/node-decoder.ts';
import { isPicture } from '../scene/paths.ts';
import type { FileSource } from '../scene/types.ts';
import { photographsAmong } from '../sfm/photographs.ts';
import { withTransforms } from '../sfm/posed-files.ts';
import { type PosesResult, posesOfPhotographs } from '../sfm/poses.ts';
import { openLanes } from '../sfm/workers/node-lanes.ts';
import { colmapText } from '../sfm/write/colmap.ts';
import { fullLens } from '../sfm/write/full-lens.ts';
import { transformsOfPoses } from '../sfm/write/transforms.ts';
import type { Io } from './io.ts';
import { prepareFolder, writeResult } from './output.ts';
import { PoseProgress } from './pose-progress.ts';
import { Progress } from './progress.ts';
import { isVideo, openVideo } from './video-files.ts';

const TRANSFORMS = 'transforms.json';
const REPORT = 'poses.json';
const IMAGES = 'images';
const keptSchema = z.object({ print: z.string(), registered: z.int(), pictures: z.int(), notes: z.array(z.string()) });

/** Where poses found for a field are kept: beside it, under its name. */
export const posesBeside = (field: string): string => `${field.replace(/\.impasto$/i, '')}-poses`;

/** ... of a field that `train` or `run` made. */
export const keptWith = (field: string): string[] => [posesBeside(field), join(dirname(field), 'poses')];

/**
 * Opens a scene; poses are found where it has none.
 * @param keptAt folders where poses found before may be kept, looked into in this order
 * @param keep where poses found now go; null keeps none
 * @throws InputError in a sentence when there is no scene, or no poses can be found
 */
export async function openPosedScene(
  io: Io,
  path: string,
  keptAt: readonly string[],
  keep: string | null,
): Promise<FileSource> {
  if (isVideo(path)) return await openPosedVideo(io, path, keptAt, keep);
  const files = await openScenePath(path);
  const paths = await files.list();
  // Without any picture the loader has the better words.
  if (files.named !== undefined || hasPoses(paths) || !paths.some(isPicture)) return files;
  const print = await printOf(files, paths);
  for (const folder of keptAt) {
    const kept = await readKept(folder, print);
    if (kept) return withTransforms(files, kept.transforms, kept.notes);
  }
  const result = await findPoses(io, files);
  if (keep !== null) await keepPoses(result, keep, print, (name) => name);
  return withTransforms(files, transformsOfPoses(result), notesOf(result.report));
}

/** Kept poses of a video have its frames beside them: a scene by itself. */
async function openPosedVideo(
  io: Io,
  path: string,
  keptAt: readonly string[],
  keep: string | null,
): Promise<FileSource> {
  const print = await printOfVideo(path);
  for (const folder of keptAt) {
    const kept = await readKept(folder, print);
    if (kept) return { ...(await openFolder(folder, TRANSFORMS)), name: basename(path), notes: kept.notes };
  }
  const files = await openVideo(io, path);
  const result = await findPoses(io, files);
  result.report.notes.unshift(...files.notes);
  if (keep !== null) await keepFrames(files, result, keep, print);
  return withTransforms(files, transformsOfPoses(result), notesOf(result.report));
}

/** Frames, poses and report of a video. */
export async function keepFrames(
  files: FileSource,
  result: PosesResult,
  folder: string,
  print: string,
): Promise<PosesSummary> {
  prepareFolder(join(folder, IMAGES), '--out');
  for (const name of await files.list()) await writeResult(join(folder, IMAGES, name), await files.read(name));
  return await keepPoses(result, folder, print, (name) => `${IMAGES}/${name}`);
}

/** Of name, size and time: a video may be large. @throws InputError when there is none */
export async function printOfVideo(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) throw inputError('video', path, 'a file', found ? 'a folder' : 'no such file');
  return hex32(crc32(new TextEncoder().encode(`${basename(path)} ${found.size} ${found.mtimeMs}`)));
}

/** With progress on stderr. @throws InputError saying what to photograph better; Cancelled on Ctrl-C */
export async function findPoses(io: Io, files: FileSource): Promise<PosesResult> {
  const progress = new Progress(io);
  const start = performance.now();
  const shown = new PoseProgress(
    (task, fraction, text) => progress.update(task, fraction, text),
    () => (performance.now() - start) / 1000,
  );
  const onProgress = shown.step.bind(shown);
  try {
    return await posesOfPhotographs(files, { decoder: nodeDecoder, openLanes, signal: io.signal, onProgress });
  } finally {
    progress.end();
  }
}

/**
 * Writes COLMAP's text, transforms.json and the report into a folder.
 * @param pathOf what a picture is called in transforms.json, as seen from the folder
 */
export async function keepPoses(
  result: PosesResult,
  folder: string,
  print: string,
  pathOf: (name: string) => string,
): Promise<PosesSummary> {
  const model = join(folder, 'sparse/0');
  prepareFolder(model, '--out');
  for (const [name, text] of Object.entries(colmapText(result))) await writeResult(join(model, name), text);
  await writeResult(join(folder, TRANSFORMS), transformsOfPoses(result, pathOf));
  const summary = summaryOf(result, print);
  await writeResult(join(folder, REPORT), `${JSON.stringify(summary, null, 2)}\n`);
  return summary;
}

export type PosesSummary = ReturnType<typeof summaryOf>;

/** The report without what only a program wants, and one focal length for each lens, pixels of the full picture. */
function summaryOf(result: PosesResult, print: string) {
  const { report, photographs, model } = result;
  const first = (lens: number) => photographs.findIndex((_, c) => model.registered[c] && model.lensOf[c] === lens);
  const focal = result.lenses.flatMap((_, lens) =>
    first(lens) < 0 ? [] : [round(fullLens(result, first(lens)).focal)],
  );
  const { reprojection, agreement, accord, parallax, trackLength, ...rest } = report;
  const figures = { reprojection, agreement, accord, parallax, trackLength };
  const rounded = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value)]));
  return { ...rest, ...(rounded as typeof figures), focal, print };
}

const round = (value: number): number => Number(value.toPrecision(5));

function notesOf({ registered, pictures, notes }: { registered: number; pictures: number; notes: string[] }): string[] {
  return [`poses were found from the photographs alone: ${registered} of ${pictures} have one`, ...notes];
}

/** Of names and bytes of the photographs. */
export async function printOf(files: FileSource, paths: readonly string[]): Promise<string> {
  const text = new TextEncoder();
  let print = 0;
  for (const path of photographsAmong(paths, files.name)) {
    const bytes = await files.read(path).catch(() => new Uint8Array());
    print = crc32(text.encode(`${print} ${path} `), bytes);
  }
  return hex32(print);
}

async function readKept(folder: string, print: string): Promise<{ transforms: string; notes: string[] } | null> {
  try {
    const report = keptSchema.parse(JSON.parse(await readFile(join(folder, REPORT), 'utf8')));
    if (report.print !== print) return null;
    return { transforms: await readFile(join(folder, TRANSFORMS), 'utf8'), notes: notesOf(report) };
  } catch {
    return null; // none, or not ours: found anew
  }
}
