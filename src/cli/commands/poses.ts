// impasto poses: cameras of photographs that have none, as COLMAP's text and as transforms.json, so that they serve
// elsewhere too.

import { join, relative, resolve, sep } from 'node:path';
import { Command } from 'commander';
import { openScenePath } from '../../scene/folder-source.ts';
import type { FileSource } from '../../scene/types.ts';
import type { Io } from '../io.ts';
import { isExistingFolder, keepInputs, prepareFolder, prepareJson, say, writeJson } from '../output.ts';
import { findPoses, keepFrames, keepPoses, type PosesSummary, printOf, printOfVideo } from '../posed-scene.ts';
import { isVideo, openVideo } from '../video-files.ts';

interface Options {
  out: string;
  json?: string;
}

const FILES = ['transforms.json', 'poses.json', ...['cameras', 'images', 'points3D'].map((x) => `sparse/0/${x}.txt`)];

export function posesCommand(io: Io): Command {
  return new Command('poses')
    .description('finds the cameras of photographs, or of a video')
    .argument('<pictures>', 'folder or .zip of photographs, or a video')
    .requiredOption(
      '--out <dir>',
      "folder of COLMAP's text, transforms.json and poses.json; may be that of the pictures",
    )
    .option('--json <file>', "the report once more, '-' for stdout")
    .action(async (path: string, options: Options) => {
      prepareFolder(options.out, '--out');
      prepareJson(options.json);
      const places = FILES.map((name) => ['--out', join(options.out, name)] as const);
      keepInputs([...places, ['--json', options.json]], [path]);
      const ofVideo = isVideo(path) ? await printOfVideo(path) : null;
      const files: FileSource = ofVideo === null ? await openScenePath(path) : await openVideo(io, path);
      const print = ofVideo ?? (await printOf(files, await files.list()));
      const result = await findPoses(io, files);
      result.report.notes.unshift(...(files.notes ?? []));
      // Seen from where the file will lie; inside of an archive there is no such way.
      const pathOf = (name: string) =>
        isExistingFolder(path) ? relative(resolve(options.out), resolve(path, name)).split(sep).join('/') : name;
      const summary =
        ofVideo === null
          ? await keepPoses(result, options.out, print, pathOf)
          : await keepFrames(files, result, options.out, print);
      await writeJson(io, options.json, summary);
      for (const note of summary.notes) io.stderr(`impasto: ${files.name}: ${note}\n`);
      say(io, options.json, inWords(options.out, summary));
    });
}

function inWords(
  out: string,
  { registered, pictures, points, reprojection, focal, seconds, accord }: PosesSummary,
): string {
  const total = Object.values(seconds).reduce((sum, each) => sum + each, 0);
  const stages = Object.entries(seconds).map(([stage, each]) => `${stage} ${each.toFixed(0)}`);
  return [
    `registered     ${registered} of ${pictures} pictures`,
    `points         ${points}, ${reprojection.toFixed(2)} pixels of error`,
    `neighbours     ${(100 * accord).toFixed(0)} % show what they ought to share`,
    `focal length   ${focal.map((each) => each.toFixed(1)).join(', ')} pixels`,
    `${out}: done in ${total.toFixed(0)} s (${stages.join(', ')})`,
  ].join('\n');
}
