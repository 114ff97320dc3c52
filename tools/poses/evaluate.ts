// Our poses of photographs against true ones: registered, position and rotation errors after alignment, focal length,
// seconds by stage and processor seconds.
//   node tools/run.mjs tools/poses/evaluate.ts <pictures> <transforms.json> [--every n] [--first n] [--shuffle]

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { openScenePath } from '../../src/scene/folder-source.ts';
import { nodeDecoder } from '../../src/scene/node-decoder.ts';
import type { FileSource } from '../../src/scene/types.ts';
import { photographsAmong } from '../../src/sfm/photographs.ts';
import { posesOfPhotographs } from '../../src/sfm/poses.ts';
import { isLane, openLanes } from '../../src/sfm/workers/node-lanes.ts';
import { fullLens } from '../../src/sfm/write/full-lens.ts';
import { similarity } from './similarity.ts';

interface TrueFrame {
  file_path: string;
  transform_matrix: number[][];
}

/** Every n-th picture, the first so many, under other names where shuffled: the order must play no part. */
async function subset(files: FileSource, every: number, first: number): Promise<FileSource> {
  const pictures = photographsAmong(await files.list(), files.name);
  const kept = pictures.filter((_, i) => i % every === 0).slice(0, first);
  return { ...files, name: files.name, read: (path) => files.read(path), list: async () => kept };
}

async function main(args: string[]): Promise<void> {
  const option = (name: string, otherwise: number) => {
    const at = args.indexOf(name);
    return at < 0 ? otherwise : Number(args[at + 1]);
  };
  const [pictures, truthFile] = args;
  const truth = JSON.parse(readFileSync(truthFile, 'utf8')) as {
    frames: TrueFrame[];
    camera_angle_x?: number;
    fl_x?: number;
    w?: number;
  };
  const files = await subset(await openScenePath(pictures), option('--every', 1), option('--first', 1e9));
  const begin = process.cpuUsage();
  const start = performance.now();
  let shown = '';
  const result = await posesOfPhotographs(files, {
    decoder: nodeDecoder,
    openLanes,
    onProgress(stage, fraction) {
      const text = `${stage} ${Math.floor(10 * fraction) * 10} %`;
      const seconds = ((performance.now() - start) / 1000).toFixed(0);
      if (text !== shown)
        process.stderr.write(`${text} at ${seconds} s, ${process.cpuUsage(begin).user / 1e6} s used\n`);
      shown = text;
    },
  });
  const wall = (performance.now() - start) / 1000;
  const used = process.cpuUsage(begin);
  const { photographs, model, report } = result;
  const byName = new Map(truth.frames.map((frame) => [basename(frame.file_path).replace(/\.\w+$/, ''), frame]));
  const cameras = photographs
    .map((photograph, c) => ({ c, frame: byName.get(basename(photograph.name).replace(/\.\w+$/, '')) }))
    .filter(({ c, frame }) => frame && model.registered[c]);
  const agreement = similarity(
    cameras.map(({ c }) => model.centre(c)),
    cameras.map(({ frame }) => [0, 1, 2].map((r) => frame!.transform_matrix[r][3])),
    cameras.map(({ c }) => model.pose(c).rotation),
    cameras.map(({ frame }) => {
      const m = frame!.transform_matrix;
      return [0, 1, 2].flatMap((column) => [0, 1, 2].map((r) => (column === 0 ? 1 : -1) * m[r][column]));
    }),
  );
  const { focal, cx, cy, k1, k2 } = fullLens(result, cameras[0].c);
  const width = photographs[0].fullWidth;
  const trueFocal = truth.camera_angle_x
    ? (0.5 * width) / Math.tan(0.5 * truth.camera_angle_x)
    : ((truth.fl_x ?? Number.NaN) * width) / (truth.w ?? width);
  const round = (value: number) => Number(value.toPrecision(4));
  console.log(
    JSON.stringify({
      registered: `${report.registered}/${report.pictures}`,
      position: [round(agreement.position.median), round(agreement.position.max)],
      rotation: [round(agreement.rotation.median), round(agreement.rotation.max)],
      focal: [round(focal), round(trueFocal)],
      lens: [cx, cy, k1, k2].map(round),
      points: report.points,
      track: round(report.trackLength),
      reprojection: round(report.reprojection),
      pairs: report.verifiedPairs,
      agreement: round(report.agreement),
      accord: round(report.accord),
      parallax: round(report.parallax),
      pointsPerPicture: report.pointsPerPicture,
      seconds: report.seconds,
      wall: round(wall),
      processor: round((used.user + used.system) / 1e6),
      memoryGB: round(process.resourceUsage().maxRSS / 1e6),
      notes: report.notes,
    }),
  );
}

if (!isLane) await main(process.argv.slice(2));
