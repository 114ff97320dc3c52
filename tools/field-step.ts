// Times the field's side of the work on the made-up scene: a training step, a view, and what a style step asks of the
// field (render, push a gradient back, Adam), in milliseconds by the clock and of processor time, with hashes of all bits
// on the way. To hold two commits against each other, run it turn about in a worktree of each:
//   node tools/run.mjs tools/field-step.ts [steps before] [batches]

import { createHash } from 'node:crypto';
import { benchRig } from '../src/bench/rig.ts';
import { closeNodeGpu, openNodeGpu } from '../src/gpu/node.ts';
import { Tensor } from '../src/gpu/tensor.ts';
import { AppearanceOptimiser } from '../src/nerf/appearance-optimiser.ts';
import { createRenderTarget } from '../src/nerf/renderer.ts';

const SIDE = 128;
const [steps, batches] = [Number(process.argv[2] ?? 24), Number(process.argv[3] ?? 5)];

const gpu = await openNodeGpu();
const rig = await benchRig(gpu, 'quick');
const { trainer, renderer, field, scene } = rig;
const { camera } = scene.train[0];

async function bits(what: string, ...tensors: Tensor[]): Promise<void> {
  const hash = async (tensor: Tensor) =>
    createHash('sha256')
      .update(new Uint8Array((await tensor.read()).buffer))
      .digest('hex')
      .slice(0, 12);
  console.log(what, (await Promise.all(tensors.map(hash))).join(' '));
}

/** Median over the batches, each of `n` turns. */
async function time(what: string, n: number, work: () => Promise<void> | void): Promise<void> {
  const found: { wall: number; cpu: number }[] = [];
  await gpu.idle();
  for (let batch = 0; batch < batches; batch++) {
    const [cpu, start] = [process.cpuUsage(), performance.now()];
    for (let i = 0; i < n; i++) await work();
    await gpu.idle();
    const { user, system } = process.cpuUsage(cpu);
    found.push({ wall: (performance.now() - start) / n, cpu: (user + system) / 1000 / n });
  }
  const median = (key: 'wall' | 'cpu') =>
    found
      .map((of) => of[key])
      .sort((a, b) => a - b)
      [batches >> 1].toFixed(1);
  console.log(`${what}: ${median('wall')} ms, ${median('cpu')} ms of processor time`);
}

for (let i = 0; i < steps; i++) trainer.trainStep();
await trainer.statistics();
const { network } = field.appearance;
await bits('field', field.density.table, field.density.weights, network.table, network.weights, field.occupancyBits);
await time('training step', 6, () => trainer.trainStep());

const target = createRenderTarget(gpu, SIDE, SIDE);
const view = () => renderer.render(camera, target, { background: [1, 1, 1], viewDependent: true });
await view();
await bits('view', target.rgb, target.depth);
await time(`view of ${SIDE}x${SIDE}`, 2, view);

const painter = new AppearanceOptimiser(gpu, renderer, field.appearance, {
  betas: [0.5, 0.9],
  weightShare: 0.4,
  finestCells: 200,
});
const gradient = Float32Array.from({ length: 3 * SIDE * SIDE }, (_, i) => Math.sin(i) / 1e5);
const dImage = Tensor.from(gpu.device, 'dImage', [SIDE, SIDE, 3], gradient);
const paint = async () => {
  const options = { background: [1, 1, 1], viewDependent: false } as const;
  await painter.render(camera, target, options);
  await painter.backward(camera, dImage, options);
  painter.stepAppearance(0.05);
};
await paint();
await paint();
await bits('painted', network.table, network.weights, target.rgb);
await time("the field's side of a style step", 4, paint);
painter.destroy();
rig.destroy();
closeNodeGpu(gpu);
