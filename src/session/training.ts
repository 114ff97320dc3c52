// Training the open field on the scene's photographs, in slices that leave the view its frames, with held-out views
// measured now and then.

import { Cancelled } from '../errors.ts';
import { blendOf } from '../nerf/blend.ts';
import { DivergenceGuard } from '../nerf/divergence-guard.ts';
import type { Scene } from '../scene/types.ts';
import { BACKGROUNDS } from './backgrounds.ts';
import type { FieldResources } from './field-resources.ts';
import { scoreViews } from './measure.ts';
import { type SessionParts, sceneWithPictures } from './parts.ts';
import { PRESETS } from './presets.ts';
import { Slicer } from './slices.ts';
import { middleOf } from './subject-window.ts';
import type { TrainOptions } from './types.ts';

/** GPU time between two chances for the view: half a frame or so; software adapters miss frames whatever is done. */
const SLICE_MS = 24;
const SOFTWARE_SLICE_MS = 250;
/** Held-out views that are rendered now and then while training. */
const HOLDOUT_VIEWS = 2;
const HOLDOUT_SECONDS = 20;
/** Of the time, at most. */
const HOLDOUT_SHARE = 0.05;
/**
 * Of larger ones the middle alone: nobody waits for a view of 13 megapixels while the field is not saved. A field that is
 * hardly trained is all fog, and takes longer to render than to train. Pixels.
 */
const HOLDOUT_SIDE = 1600;
const SOFTWARE_HOLDOUT_SIDE = 800;
const FOG_HOLDOUT_SIDE = 256;

/** Until the steps are done, the time is up or it is cancelled; cancelling keeps the steps taken. */
export async function trainField(parts: SessionParts, options: TrainOptions): Promise<void> {
  const { gpu, emitter, state, display, open } = parts;
  const scene = sceneWithPictures(state);
  const core = await open.of(scene, options);
  await display.stopBaking();
  display.dropBake();
  state.background = options.background ?? state.background;
  const preset = PRESETS[core.preset];
  const { seconds } = options;
  const steps = options.steps ?? (seconds === undefined ? preset.train.steps : Number.POSITIVE_INFINITY);
  const trainer = open.trainerOn(scene);
  trainer.steps = steps;
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  const slicer = new Slicer(gpu.isSoftware ? SOFTWARE_SLICE_MS : SLICE_MS);
  const isClear = () => trainer.step >= preset.train.coarseSteps[0];
  const side = () => (isClear() ? (gpu.isSoftware ? SOFTWARE_HOLDOUT_SIDE : HOLDOUT_SIDE) : FOG_HOLDOUT_SIDE);
  let nextHoldout = HOLDOUT_SECONDS;
  const guard = await DivergenceGuard.begin('training', () => trainer.keep());
  const tellBack = (text: string | null) => {
    if (text === null) return false;
    emitter.emit('notice', { level: 'warning', text });
    emitter.emit('changed', { reason: 'train' });
    return true;
  };
  try {
    while (trainer.step < steps && !options.signal?.aborted) {
      trainer.timeShare = seconds === undefined ? 0 : elapsed() / seconds;
      if (trainer.timeShare >= 1) break;
      const most = Math.min(steps - trainer.step, trainer.stepsUntilReading, 16);
      const { step, loss, psnr, finite } = await open.turns.run(() =>
        slicer.slice(
          most,
          () => trainer.trainStep(),
          () => trainer.statistics(),
        ),
      );
      if (tellBack(await guard.check(finite, step))) continue;
      state.trainedSteps = step;
      emitter.emit('train', { step, loss, psnr, seconds: elapsed() });
      const of = Number.isFinite(steps) ? ` of ${steps}` : '';
      const text = `step ${step}${of}, ${psnr.toFixed(1)} dB`;
      emitter.emit('progress', { task: 'train', fraction: trainer.progress, text });
      emitter.emit('changed', { reason: 'train' });
      if (scene.test.length && isClear() && elapsed() > nextHoldout) {
        const before = elapsed();
        await emitHoldout(parts, core, scene, step, side(), options.signal);
        nextHoldout = elapsed() + Math.max(HOLDOUT_SECONDS, (elapsed() - before) / HOLDOUT_SHARE);
      }
    }
    tellBack(await guard.end(trainer.step));
  } finally {
    state.trainedSteps = trainer.step;
  }
  if (scene.test.length && !options.signal?.aborted)
    await emitHoldout(parts, core, scene, trainer.step, side(), options.signal);
}

async function emitHoldout(
  { gpu, emitter, state, display }: SessionParts,
  core: FieldResources,
  scene: Scene,
  step: number,
  side: number,
  signal?: AbortSignal,
): Promise<void> {
  const render = display.renderWith(core.taskRenderer, blendOf(core.field.appearance), { lens: true, signal });
  const views = scene.test.slice(0, HOLDOUT_VIEWS).map((view) => middleOf(view, side));
  try {
    const scores = await scoreViews(gpu, views, BACKGROUNDS[state.background], render, { signal });
    emitter.emit('holdout', { step, psnr: scores.reduce((sum, { psnr }) => sum + psnr, 0) / scores.length });
  } catch (error) {
    // Large views take long: who stops meanwhile has trained all the same.
    if (!(error instanceof Cancelled)) throw error;
  }
}
