// Scene: the bundled ones, a folder or zip of one's own, saving and opening .impasto files.

import type GUI from 'lil-gui';
import { openFiles } from '../../scene/files-source.ts';
import type { Commands } from '../commands.ts';
import type { PageState } from '../page-state.ts';
import type { Store } from '../store.ts';
import { addButtons, addText } from './gui-parts.ts';
import { pickFiles } from './pick-files.ts';

export function scenePanel(gui: GUI, store: Store<PageState>, commands: Commands): void {
  const folder = gui.addFolder('Scene');
  const picked = { scene: '' };
  let picker = folder.add(picked, 'scene', { 'choose…': '' }).name('bundled');
  store.watch(
    (state) => state.bundledScenes,
    (scenes) => {
      const names = Object.fromEntries(scenes.map((scene) => [scene.title, scene.name]));
      picker = picker.options({ 'choose…': '', ...names }).name('bundled');
      picker.onChange((name: string) => {
        if (name) void commands.openBundled(name);
      });
      picker.show(scenes.length > 0);
    },
  );
  store.watch(
    ({ scene, bundledScenes }) => bundledScenes.find(({ title }) => title === scene?.name)?.name ?? '',
    (name) => {
      picked.scene = name;
      picker.updateDisplay();
    },
  );
  addButtons(folder, {
    'Open folder': () => void pickFiles({ folder: true }).then((files) => commands.openFiles(openFiles(files))),
    'Open file': () =>
      void pickFiles({ accept: '.zip,.impasto,application/zip' }).then((files) => commands.openFiles(openFiles(files))),
    Save: () => void commands.saveCheckpoint(),
  });
  addText(folder, store, ({ scene }) =>
    scene ? `${scene.name}: ${scene.trainViews} pictures to learn from, ${scene.testViews} held out` : '',
  );
}
