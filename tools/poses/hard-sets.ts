// Hard sets made of the bundled scenes, each registered or refused: how many pictures, how far from the truth, or the
// sentence. A set that is neither refused nor right is wrong in silence, and the worst there is.
//   node tools/run.mjs tools/poses/hard-sets.ts [names, all without]

import { readFileSync } from 'node:fs';
import { InputError } from '../../src/errors.ts';
import { nodeDecoder } from '../../src/scene/node-decoder.ts';
import type { FileSource } from '../../src/scene/types.ts';
import { posesOfPhotographs } from '../../src/sfm/poses.ts';
import { isLane, openLanes } from '../../src/sfm/workers/node-lanes.ts';
import { HARD_SETS, type HardPicture } from './hard-pictures.ts';
import { similarity } from './similarity.ts';

/** Beyond these a result is wrong: % of the mean distance, degrees; the median of the cameras, and the worst. */
const BOUNDS = { position: 5, worst: 25, rotation: 3 };

interface Truth {
  file_path: string;
  transform_matrix: number[][];
}

const truths = new Map<string, number[][]>();
function truthOf(scene: string, name: string): number[][] {
  if (!truths.has(`${scene}/${name}`)) {
    const file = JSON.parse(readFileSync(`assets/scenes/${scene}/transforms_train.json`, 'utf8')) as {
      frames: Truth[];
    };
    for (const { file_path, transform_matrix } of file.frames) {
      truths.set(`${scene}/${file_path.replace(/^.*\//, '').replace(/\.\w+$/, '')}`, transform_matrix);
    }
  }
  return truths.get(`${scene}/${name}`)!;
}

async function tried(pictures: readonly HardPicture[]): Promise<string> {
  const byName = new Map(pictures.map((picture, i) => [`${String(i).padStart(3, '0')}.png`, picture]));
  const files: FileSource = {
    name: 'set',
    list: async () => [...byName.keys()],
    read: async (name) => byName.get(name)!.bytes,
  };
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(0)} s`;
  try {
    const { photographs, model, report } = await posesOfPhotographs(files, { decoder: nodeDecoder, openLanes });
    const known = photographs
      .map(({ name }, c) => ({ c, of: byName.get(name)!.truth }))
      .filter(({ c, of }) => of && model.registered[c]);
    if (known.length < 3)
      return `WRONG IN SILENCE | ${report.registered} of ${report.pictures}, none of them known | ${seconds()}`;
    const strangers = report.registered - known.length;
    const matrices = known.map(({ of }) => of!.matrix ?? truthOf(of!.scene, of!.name));
    const { position, rotation } = similarity(
      known.map(({ c }) => model.centre(c)),
      matrices.map((m) => [0, 1, 2].map((r) => m[r][3])),
      known.map(({ c }) => model.pose(c).rotation),
      matrices.map((m) => [0, 1, 2].flatMap((k) => [0, 1, 2].map((r) => (k === 0 ? 1 : -1) * m[r][k]))),
    );
    const turned = known.some(({ of }) => of!.isTurned);
    const isWrong =
      strangers > 0 ||
      position.median > BOUNDS.position ||
      position.max > BOUNDS.worst ||
      (!turned && rotation.median > BOUNDS.rotation);
    const errors = `position ${position.median.toFixed(2)} / ${position.max.toFixed(2)} %${turned ? '' : `, rotation ${rotation.median.toFixed(2)}`}`;
    const words = `${report.registered} of ${report.pictures}, ${errors}, accord ${report.accord.toFixed(2)}`;
    return `${isWrong ? 'WRONG IN SILENCE' : 'registered'} | ${words}${strangers ? `, ${strangers} strangers` : ''} | ${seconds()}`;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return `refused | ${error.found} (${error.hint}) | ${seconds()}`;
  }
}

async function main(names: string[]): Promise<void> {
  for (const [name, make] of Object.entries(HARD_SETS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    console.log(`| ${name} | ${await tried(await make())} |`);
  }
}

if (!isLane) await main(process.argv.slice(2));
