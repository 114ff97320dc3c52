// The open field in figures: its held-out views against their photographs, and whether what is shown agrees from view to
// view.

import { inputError } from '../errors.ts';
import { Lpips } from '../metrics/lpips.ts';
import type { LpipsHeads } from '../metrics/lpips-heads.ts';
import { blendOf } from '../nerf/blend.ts';
import { BACKGROUNDS } from './backgrounds.ts';
import { openBaseField } from './base-field.ts';
import { evaluationOf, scoreConsistency, scoreViews } from './measure.ts';
import { emitProgress, type SessionParts, sceneWithPictures } from './parts.ts';
import { PRESETS } from './presets.ts';
import type { ConsistencyOptions, ConsistencyScore, EvaluateOptions, Evaluation } from './types.ts';

const DEFAULT_CONSISTENCY_FRAMES = 24;
/** Long side of those frames at most, where no size is given: all of them are kept, with their depths. Pixels. */
const CONSISTENCY_SIDE = 1280;

export async function evaluateField(parts: SessionParts, options: EvaluateOptions): Promise<Evaluation> {
  const { gpu, emitter, state, display, open, network } = parts;
  const scene = sceneWithPictures(state);
  const core = open.needed();
  if (scene.test.length === 0) throw inputError(`held-out views of ${scene.name}`, null, 'at least one', 'none');
  const { signal, onView } = options;
  const lpips = await lpipsWith(parts, options.lpips, signal);
  try {
    const render = display.renderWith(core.taskRenderer, blendOf(core.field.appearance), { lens: true, signal });
    const onProgress = (done: number) => emitProgress(emitter, 'evaluate', done, scene.test.length, 'held-out views');
    const views = await scoreViews(gpu, scene.test, BACKGROUNDS[state.background], render, {
      lpips,
      onView,
      signal,
      onProgress,
    });
    return evaluationOf(views, scene, scene.hasAlpha ? state.background : 'none', lpips && network.name);
  } finally {
    lpips?.destroy();
  }
}

export async function consistencyOfField(parts: SessionParts, options: ConsistencyOptions): Promise<ConsistencyScore> {
  const { gpu, emitter, state, display, open, network, kernels } = parts;
  const { scene } = state;
  const core = open.needed();
  if (!scene) throw inputError('consistency', null, 'a scene or a checkpoint', 'none');
  const { width, height } = scene.train[0].camera;
  const { signal, onPair, frames = DEFAULT_CONSISTENCY_FRAMES } = options;
  const base = options.base && (await openBaseField(gpu, kernels, options.base, scene));
  let lpips: Lpips | undefined;
  try {
    lpips = await lpipsWith(parts, options.lpips, signal);
    const style = options.style && {
      network: await network.needed(signal),
      picture: options.style,
      styleScale: PRESETS[core.preset].style.styleScale,
    };
    // Without its direction the plain field is what the stylized one is compared with: neither has highlights.
    const flat = { flat: true };
    const plain = blendOf((base?.field ?? core.field).appearance);
    const render = {
      shown: display.renderWith(core.taskRenderer, display.blend!, flat),
      plain: display.renderWith(base?.renderer ?? core.taskRenderer, plain, flat),
      sameGeometry: !base,
    };
    const onProgress = (done: number, total: number) =>
      emitProgress(emitter, 'consistency', done, total, 'frames and pairs');
    const size = options.size ?? sizeWithin(width, height, CONSISTENCY_SIDE);
    return await scoreConsistency(gpu, scene, frames, size, render, { lpips, style, onPair, signal, onProgress });
  } finally {
    lpips?.destroy();
    base?.destroy();
  }
}

async function lpipsWith(
  { gpu, network }: SessionParts,
  heads: LpipsHeads | undefined,
  signal?: AbortSignal,
): Promise<Lpips | undefined> {
  return heads && (await Lpips.create(gpu, await network.needed(signal), heads));
}

/** The size, or one of its shape within `longest`. */
function sizeWithin(width: number, height: number, longest: number): [number, number] {
  const scale = Math.min(1, longest / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}
