// Processor and wall time of a step of painting as a whole, field and style, as a session takes it: NNFM on the bundled
// still life at a quarter of its size, 32 training steps in. Medians.
//   node tools/run.mjs tools/painting-step.ts [steps]

import { readFile } from 'node:fs/promises';
import { closeNodeGpu, openNodeGpu } from '../src/gpu/node.ts';
import { openScenePath } from '../src/scene/folder-source.ts';
import { nodeDecoder } from '../src/scene/node-decoder.ts';
import { createSession } from '../src/session/session.ts';
import { decodeStyle } from '../src/session/style-picture.ts';
import { diskSource } from '../src/style/features/weights-node.ts';

const steps = Number(process.argv[2] ?? 24);
const STYLE = 'assets/styles/night-river.webp';

const gpu = await openNodeGpu();
const session = await createSession(gpu, { bundledNetwork: diskSource('assets/weights/small.json') });
await session.loadScene(await openScenePath('assets/scenes/still-life'), { decoder: nodeDecoder, downscale: 4 });
await session.train({ preset: 'quick', steps: 32, seed: 7 });
const picture = await decodeStyle(nodeDecoder, new Uint8Array(await readFile(STYLE)), STYLE);

const wall: number[] = [];
const processor: number[] = [];
let [at, used] = [0, process.cpuUsage()];
session.on('progress', ({ task }) => {
  if (task !== 'stylize') return;
  const now = process.cpuUsage(used);
  wall.push(performance.now() - at);
  processor.push((now.user + now.system) / 1000);
  [at, used] = [performance.now(), process.cpuUsage()];
});
await session.stylize({ styles: [{ name: 'style', picture, weight: 1 }], loss: 'nnfm', steps });

// The first ones compile.
const median = (values: number[]) => values.slice(4).sort((a, b) => a - b)[(values.length - 4) >> 1];
console.log(`step of painting: wall ${median(wall).toFixed(0)} ms, processor ${median(processor).toFixed(0)} ms`);
session.destroy();
await gpu.idle();
closeNodeGpu(gpu);
