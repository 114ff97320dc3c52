// Scene: the bundled ones, a folder or zip of one's own, saving and opening .impasto files.

import type GUI from 'lil-gui';
import type { Page } from '../page.ts';
import { addActions, addText } from './gui-parts.ts';

export function scenePanel(gui: GUI, page: Page): void {
  const { store, commands } = page;
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
  addActions(folder, page, 'scene.open-folder', 'scene.open-file');
  addActions(folder, page, 'project.save', 'scene.save', 'project.link');
  addText(folder, store, ({ scene }) =>
    scene ? `${scene.name}: ${scene.trainViews} pictures to learn from, ${scene.testViews} held out` : '',
  );
}
