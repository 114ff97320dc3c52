// A step of painting, broken down: each part in a submit of its own, by the clock, and the whole step as the trainer
// takes it. On the made-up scene, once the field has settled, at the size and with the style's scale of the preset.

import { throwIfAborted } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { Recorder } from '../gpu/recorder.ts';
import { Tensor } from '../gpu/tensor.ts';
import { AppearanceOptimiser } from '../nerf/appearance-optimiser.ts';
import { createRenderTarget, destroyRenderTarget } from '../nerf/renderer.ts';
import type { Picture } from '../scene/types.ts';
import { PRESETS, type PresetName } from '../session/presets.ts';
import type { NetworkWeights } from '../style/features/network-weights.ts';
import { createFeatureNetwork } from '../style/features/wgsl-network.ts';
import { ContentLoss } from '../style/losses/content.ts';
import { lossNamed } from '../style/losses/index.ts';
import { layersOf } from '../style/losses/style-term.ts';
import { TvLoss } from '../style/losses/tv.ts';
import { type Recipe, resolveRecipe } from '../style/recipe.ts';
import { styleTermOf } from '../style/style-stage.ts';
import { StyleTrainer } from '../style/style-trainer.ts';
import type { FeatureNetwork } from '../style/types.ts';
import { benchRig } from './rig.ts';
import { benchScene } from './scene.ts';

export const STYLE_PARTS = [
  'render',
  'features forward',
  'matching',
  'content and variation',
  'features backward',
  'field backward',
  'optimiser',
] as const;

export interface StyleTimes {
  /** Which feature network judges. */
  features: string;
  /** Of a render, pixels. */
  side: number;
  /** Each in a submit of its own, best of some, ms; matching with the gradient of its loss. share: of their sum. */
  parts: { name: (typeof STYLE_PARTS)[number]; ms: number; share: number }[];
  /** A step of the trainer, mean over the last round through the views, ms. */
  ms: number;
}

const SETTLE_STEPS = 128;
const VIEWS = 4;
const ROUNDS = 3;
const BACKGROUND = [1, 1, 1] as const;

/** @param options.side of a render, and options.settle steps of training before; defaults as the preset paints */
export async function timeStyle(
  gpu: Gpu,
  preset: PresetName,
  weights: NetworkWeights,
  onProgress: (fraction: number, text: string) => void,
  signal?: AbortSignal,
  { side = PRESETS[preset].style.viewSide, settle = SETTLE_STEPS } = {},
): Promise<StyleTimes> {
  const styles = [{ picture: strokes(), weight: 1 }];
  const recipe = resolveRecipe({ loss: 'nnfm', styles }, PRESETS[preset].style);
  const rig = await benchRig(gpu, preset);
  const { trainer } = rig;
  const network = await createFeatureNetwork(gpu, weights);
  let optimiser: AppearanceOptimiser | undefined;
  try {
    for (let step = 0; step < settle; step++) {
      trainer.trainStep();
      if (step % 32 !== 31) continue;
      await trainer.statistics();
      throwIfAborted(signal);
      onProgress((0.4 * step) / settle, `${preset} step ${trainer.step}`);
    }
    optimiser = new AppearanceOptimiser(gpu, rig.renderer, rig.field.appearance);
    const parts = await timeParts(gpu, optimiser, network, side, recipe, (round) => {
      throwIfAborted(signal);
      onProgress(0.4 + (0.3 * round) / (ROUNDS + 1), 'style step in parts');
    });
    const ms = await timeWhole(gpu, optimiser, network, side, recipe, (step) => {
      throwIfAborted(signal);
      onProgress(0.7 + (0.3 * step) / (3 * VIEWS), 'style step as a whole');
    });
    const sum = parts.reduce((total, part) => total + part.ms, 0);
    return { features: weights.name, side, parts: parts.map((part) => ({ ...part, share: part.ms / sum })), ms };
  } finally {
    optimiser?.destroy();
    network.destroy();
    rig.destroy();
  }
}

async function timeParts(
  gpu: Gpu,
  renderer: AppearanceOptimiser,
  network: FeatureNetwork,
  side: number,
  recipe: Recipe,
  onRound: (round: number) => void,
): Promise<{ name: (typeof STYLE_PARTS)[number]; ms: number }[]> {
  const { device } = gpu;
  const { styleLayers, contentLayers } = lossNamed('nnfm');
  const [matched, held] = [styleLayers, contentLayers].map((wanted) => layersOf(network, wanted));
  const layers = network.layers.filter((layer) => matched.includes(layer) || held.includes(layer));
  const extractor = await network.extractor(side, side, layers);
  const longSide = side * recipe.styleScale;
  const term = await styleTermOf(gpu, network, [strokes()], longSide, 'nnfm', recipe);
  const contents = await Promise.all(held.map(() => ContentLoss.create(gpu)));
  const tv = await TvLoss.create(gpu);
  const target = createRenderTarget(gpu, side, side);
  const dImage = Tensor.zeros(device, 'timeStyle.dImage', [side, side, 3]);
  const value = Tensor.zeros(device, 'timeStyle.value', [1]);
  const photographed = held.map((layer) =>
    Tensor.zeros(device, 'timeStyle.photographed', extractor.features.get(layer)!.shape),
  );
  const options = { background: BACKGROUND, viewDependent: false, lens: true };
  const { camera } = benchScene().train[0];
  const submit = (record: (rec: Recorder) => void) => async () => {
    const rec = new Recorder(gpu, 'timeStyle');
    record(rec);
    rec.submit();
  };
  const work: Record<(typeof STYLE_PARTS)[number], () => Promise<void>> = {
    render: () => renderer.render(camera, target, options),
    'features forward': submit((rec) => extractor.forward(rec, target.rgb)),
    matching: submit((rec) => term.evaluate(rec, extractor.features, 1, extractor.dFeatures, value)),
    'content and variation': submit((rec) => {
      rec.clear(dImage);
      held.forEach((layer, l) => {
        contents[l].setTarget(photographed[l]);
        contents[l].evaluate(rec, extractor.features.get(layer)!, 1, extractor.dFeatures.get(layer)!, value);
      });
      tv.evaluate(rec, target.rgb, 1, dImage, value);
    }),
    'features backward': submit((rec) => extractor.backward(rec, dImage)),
    'field backward': () => renderer.backward(camera, dImage, options),
    optimiser: async () => renderer.stepAppearance(1e-3),
  };
  const best = new Map(STYLE_PARTS.map((name) => [name, Number.POSITIVE_INFINITY]));
  try {
    // The first round compiles on the driver's side and finds what is seen, and is thrown away.
    for (let round = 0; round <= ROUNDS; round++) {
      onRound(round);
      for (const name of STYLE_PARTS) {
        await gpu.idle();
        const start = performance.now();
        await work[name]();
        await gpu.idle();
        if (round) best.set(name, Math.min(best.get(name)!, performance.now() - start));
      }
    }
  } finally {
    destroyRenderTarget(target);
    for (const part of [extractor, term, tv, ...contents, dImage, value, ...photographed]) part.destroy();
  }
  return STYLE_PARTS.map((name) => ({ name, ms: best.get(name)! }));
}

async function timeWhole(
  gpu: Gpu,
  renderer: AppearanceOptimiser,
  network: FeatureNetwork,
  side: number,
  recipe: Recipe,
  onStep: (step: number) => void,
): Promise<number> {
  const views = benchScene().train.slice(0, VIEWS);
  const trainer = await StyleTrainer.create(gpu, {
    network,
    renderer,
    views: views.map(({ camera, picture }) => ({ camera, target: picture })),
    styles: [{ picture: strokes(), weight: 1 }],
    size: { width: side, height: side },
    recipe,
    background: BACKGROUND,
    seed: 0,
  });
  let best = Number.POSITIVE_INFINITY;
  try {
    // The first round works out what each view sees.
    for (let round = 0; round < 3; round++) {
      const start = performance.now();
      for (let i = 0; i < VIEWS; i++) {
        await trainer.step();
        await gpu.idle();
        onStep(round * VIEWS + i);
      }
      if (round) best = Math.min(best, (performance.now() - start) / VIEWS);
    }
  } finally {
    trainer.destroy();
  }
  return best;
}

/** A picture with strokes in it, made of waves. */
function strokes(): Picture {
  const side = 256;
  const data = new Uint8ClampedArray(4 * side * side);
  for (let y = 0, o = 0; y < side; y++) {
    for (let x = 0; x < side; x++, o += 4) {
      const wave = Math.sin(0.35 * x + 4 * Math.sin(0.05 * y)) + Math.sin(0.21 * y + 3 * Math.sin(0.07 * x));
      data.set([128 + 60 * wave, 110 - 40 * wave, 140 + 50 * Math.sin(wave + 0.02 * x), 255], o);
    }
  }
  return { width: side, height: side, data };
}
