// Engine events into page state and view. The only place where the two meet in this direction.

import type { ImpastoSession } from '../session/types.ts';
import type { Shown } from './fade.ts';
import type { Notices } from './notices.ts';
import type { CurvePoint, PageState } from './page-state.ts';
import type { Store } from './store.ts';
import type { Viewport } from './viewport/viewport.ts';

/** Curves are thinned by half when they reach this many points: enough for the panel's few hundred pixels. */
const CURVE_POINTS = 600;

/** Before, the field is fog: its views say nothing and cost most, since no ray can be cut short. */
const FIRST_VIEW_STEP = 32;

export function followSession(
  session: ImpastoSession,
  store: Store<PageState>,
  viewport: Viewport,
  notices: Notices,
): void {
  let previous = { step: 0, seconds: 0 };

  const sync = () => {
    const { baked, busy, features, style, strength, trainedSteps } = session.state;
    // Without a style the engine's strength says nothing; the panel keeps what was chosen.
    const { style: panel, library } = store.state;
    const network = features || store.state.features;
    // A fade tells its end at once, not what it passes through.
    const now = library.fadesTo
      ? { applied: namesOf(library.fadesTo, library.styles), strength: panel.strength }
      : { applied: [...style], strength: style.length ? strength : panel.strength };
    store.patch({ busy, features: network, style: { ...panel, ...now } });
    if (store.state.bake !== baked) store.patch({ bake: baked });
    store.update('training', { trainedPreset: trainedSteps > 0 ? session.state.preset : null });
    const working = busy === 'training' || busy === 'stylizing';
    if (trainedSteps >= FIRST_VIEW_STEP || (trainedSteps > 0 && !working)) viewport.setField(true);
    else if (trainedSteps === 0) viewport.setField(false);
  };

  session.on('progress', ({ task, fraction, text }) => {
    store.patch({ progress: fraction >= 1 ? null : { task, fraction, text } });
    sync();
  });
  session.on('train', ({ step, loss, psnr, seconds }) => {
    const steps = step - previous.step;
    const elapsed = seconds - previous.seconds;
    // `seconds` starts again with each call of train().
    const rate = elapsed > 0 && steps > 0 ? steps / elapsed : seconds > 0 && steps > 0 ? steps / seconds : 0;
    previous = { step, seconds };
    const { losses } = store.state.training;
    store.update('training', { step, loss, psnr, rate, losses: extended(losses, [step, loss]) });
    sync();
  });
  session.on('holdout', ({ step, psnr }) => {
    store.update('training', { holdout: psnr, holdouts: extended(store.state.training.holdouts, [step, psnr]) });
  });
  session.on('colours', () => {
    sync();
    viewport.invalidate();
  });
  session.on('style', ({ step, steps, style }) => {
    store.update('style', { step, stepCount: steps, styleLoss: style });
    sync();
  });
  session.on('changed', () => {
    sync();
    viewport.invalidate();
  });
  session.on('baked', () => {
    sync();
    viewport.invalidate();
  });
  // What is shown may be called another name.
  session.on('library', sync);
  session.on('notice', ({ level, text }) => notices.show(level, text));
  sync();
}

function namesOf({ styles }: Shown, listed: PageState['library']['styles']): string[] {
  return styles.flatMap(({ id }) => listed.find((style) => style.id === id)?.name ?? []);
}

/** Steps grow; a step behind the last one means that training began anew. */
function extended(curve: readonly CurvePoint[], point: CurvePoint): CurvePoint[] {
  const last = curve.at(-1);
  if (last && point[0] < last[0]) return [point];
  if (last && point[0] === last[0]) return [...curve.slice(0, -1), point];
  const kept = curve.length >= CURVE_POINTS ? curve.filter((_, i) => i % 2 === 0) : curve;
  return [...kept, point];
}
