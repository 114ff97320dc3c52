// Training: preset, start and pause, how far it is, the curves of loss and held-out quality.

import type GUI from 'lil-gui';
import { PRESET_NAMES, type PresetName } from '../../session/presets.ts';
import type { Page } from '../page.ts';
import { addCurves } from './curves.ts';
import { addActions, addText, follow } from './gui-parts.ts';

export function trainingPanel(gui: GUI, page: Page): void {
  const { store, commands } = page;
  const folder = gui.addFolder('Training');
  const record: { preset: PresetName } = { preset: store.state.training.preset };
  const preset = folder.add(record, 'preset', [...PRESET_NAMES]);
  preset.onChange((value: PresetName) => commands.setPreset(value));
  follow(preset, record, 'preset', store, (state) => state.training.preset);

  addActions(folder, page, 'training.toggle');
  addText(folder, store, ({ busy, training: { step, rate, psnr, holdout } }) =>
    step === 0
      ? ''
      : [
          `step ${step.toLocaleString('en')}`,
          rate > 0 && busy === 'training' ? `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} a second` : '',
          holdout !== null ? `held-out ${holdout.toFixed(1)} dB` : psnr !== null ? `${psnr.toFixed(1)} dB` : '',
        ]
          .filter(Boolean)
          .join(' · '),
  );
  addCurves(folder, store);
}
