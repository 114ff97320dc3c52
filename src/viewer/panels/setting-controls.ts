// The controls of settings that are declared in style/settings.ts: a slider or a box for each, which edits the page's
// state and follows it. A panel calls addSettings(folder, store, ['brush', 'keepColours', ...]).

import type { Controller, GUI } from 'lil-gui';
import { PAINTING_SETTINGS, type SettingName } from '../../style/settings.ts';
import type { PageState } from '../page-state.ts';
import type { Store } from '../store.ts';
import { follow } from './gui-parts.ts';

/**
 * Adds a control for each of the names, in their order, and keeps it and `state.style` the same.
 * @returns the controls by name, for what a panel does beside
 */
export function addSettings<Name extends SettingName>(
  folder: GUI,
  store: Store<PageState>,
  names: readonly Name[],
): Record<Name, Controller> {
  const record = { ...store.state.style };
  const made = names.map((name) => {
    const setting = PAINTING_SETTINGS[name];
    const control =
      setting.kind === 'number' ? folder.add(record, name, ...setting.slider, setting.step) : folder.add(record, name);
    control.name(setting.label).onChange((value: number | boolean) => store.update('style', { [name]: value }));
    follow<typeof record, SettingName>(control, record, name, store, (state) => state.style[name]);
    return [name, control] as const;
  });
  return Object.fromEntries(made) as Record<Name, Controller>;
}
