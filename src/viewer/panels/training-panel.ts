// Training: preset, start and pause, how far it is, the curves of loss and held-out quality.

import type GUI from 'lil-gui';
import { PRESET_NAMES, type PresetName } from '../../session/presets.ts';
import type { Commands } from '../commands.ts';
import type { PageState } from '../page-state.ts';
import type { Store } from '../store.ts';
import { addCurves } from './curves.ts';
import { addButtons, addText, follow } from './gui-parts.ts';

export function trainingPanel(gui: GUI, store: Store<PageState>, commands: Commands): void {
  const folder = gui.addFolder('Training');
  const record: { preset: PresetName } = { preset: store.state.training.preset };
  const preset = folder.add(record, 'preset', [...PRESET_NAMES]);
  preset.onChange((value: PresetName) => commands.setPreset(value));
  follow(preset, record, 'preset', store, (state) => state.training.preset);

  const { Train: button } = addButtons(folder, { Train: () => void commands.toggleTraining() });
  button.classList.add('primary');
  store.watch(
    ({ busy, training: { preset, trainedPreset } }) => {
      if (busy === 'training') return 'Pause';
      if (trainedPreset === null) return 'Train';
      return preset === trainedPreset ? 'Train on' : 'Train anew';
    },
    (label) => {
      button.textContent = label;
    },
  );
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
