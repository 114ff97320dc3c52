// Training: begun, gone on with, paused.

import { PRESETS, type PresetName } from '../../session/presets.ts';
import { fetchPhotographs } from '../opening.ts';
import type { Page } from '../page.ts';
import { type ShippedField, shownField } from '../shipped.ts';
import type { Action } from './action.ts';

export function setPreset(page: Page, preset: PresetName): void {
  page.store.update('training', { preset });
}

export async function train(page: Page): Promise<void> {
  // Asked twice it is meant once.
  if (!page.needsScene() || page.jobs.jobs.some(({ kind }) => kind === 'train')) return;
  const { session, store, url } = page.parts;
  await page.guarded('train', `learning ${session.state.scene!.name}`, async (signal) => {
    await fetchPhotographs(page, signal);
    const { preset } = store.state.training;
    const planned = url.steps ?? PRESETS[preset].train.steps;
    // Asked to go on beyond the preset's end: half as much again.
    const done = session.state.preset === preset ? session.state.trainedSteps : 0;
    const steps = done >= planned ? done + Math.ceil(planned / 2) : planned;
    await session.train({ preset, steps, signal });
  });
  if (store.state.style.waiting && page.jobs.current === null && session.state.trainedSteps > 0)
    await page.commands.paint();
}

export async function pause(page: Page): Promise<void> {
  await page.jobs.cancel('train');
}

/** Begins, pauses, or no longer waits for its turn. */
export async function toggleTraining(page: Page): Promise<void> {
  if (page.jobs.current === 'train') await pause(page);
  else if (page.jobs.jobs.some(({ kind }) => kind === 'train')) page.jobs.drop('train');
  else {
    const field = shownField(page.store.state);
    if (!field || (await mayChange(page, field))) await train(page);
  }
}

/** What came along finished does not become another field by one key: its paintings would fit no more. */
function mayChange({ parts }: Page, field: ShippedField): Promise<boolean> {
  return parts.ask({
    title: `Train ${field.title} on?`,
    text: `It came along with ${field.styles.length} finished paintings, which fit it as it is. Trained on it is a work of
      your own, to be painted anew; as it came along it can be opened again at any time.`,
    yes: 'Train on',
    no: 'Leave it',
  });
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
    // What is learnt is there to be painted.
    primary: ({ busy, scene, training }) => (scene !== null && training.trainedPreset === null) || busy === 'training',
    run: toggleTraining,
  },
];
