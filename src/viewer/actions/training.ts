// Training: begun, gone on with, paused.

import { PRESETS, type PresetName } from '../../session/presets.ts';
import { fetchPhotographs } from '../opening.ts';
import type { Page } from '../page.ts';
import type { Action } from './action.ts';

export function setPreset(page: Page, preset: PresetName): void {
  page.store.update('training', { preset });
}

export async function train(page: Page): Promise<void> {
  if (!page.needsScene()) return;
  await fetchPhotographs(page);
  const { session, store, url } = page.parts;
  const { preset } = store.state.training;
  const planned = url.steps ?? PRESETS[preset].train.steps;
  // Asked to go on beyond the preset's end: half as much again.
  const done = session.state.preset === preset ? session.state.trainedSteps : 0;
  const steps = done >= planned ? done + Math.ceil(planned / 2) : planned;
  await page.guarded('train', (signal) => session.train({ preset, steps, signal }));
  if (store.state.style.waiting && page.task.current === null && session.state.trainedSteps > 0)
    await page.commands.paint();
}

export async function pause(page: Page): Promise<void> {
  await page.task.cancel();
}

export async function toggleTraining(page: Page): Promise<void> {
  if (page.task.current === 'train') await pause(page);
  else await train(page);
}

export const ACTIONS: readonly Action[] = [
  {
    id: 'training.toggle',
    title({ busy, training: { preset, trainedPreset } }) {
      if (busy === 'training') return 'Pause';
      if (trainedPreset === null) return 'Train';
      return preset === trainedPreset ? 'Train on' : 'Train anew';
    },
    help: 'train, pause',
    keys: [' '],
    primary: true,
    run: toggleTraining,
  },
];
