// Compare, Cameras and View: the wipe between original and painted, the scene's own cameras and their photographs,
// guides in the picture, resolution and frame time.

import type GUI from 'lil-gui';
import type { Page } from '../page.ts';
import type { PageState } from '../page-state.ts';
import { addActions, addText, follow } from './gui-parts.ts';

export function comparePanel(gui: GUI, { store, commands }: Page): void {
  const folder = gui.addFolder('Compare');
  const record = { ...store.state.compare };
  const on = folder.add(record, 'on').name('original | painted');
  on.onChange((value: boolean) => store.update('compare', { on: value }));
  follow(on, record, 'on', store, (state) => state.compare.on);
  const position = folder.add(record, 'position', 0, 1, 0.01).name('line');
  position.onChange((value: number) => store.update('compare', { position: value }));
  follow(position, record, 'position', store, (state) => state.compare.position);
  const between = { on: store.state.agreement.on };
  const disagreement = folder.add(between, 'on').name('view | nearest camera');
  disagreement.onChange((value: boolean) => commands.showAgreement(value));
  follow(disagreement, between, 'on', store, (state) => state.agreement.on);
}

export function camerasPanel(gui: GUI, page: Page): void {
  const { store, commands } = page;
  const folder = gui.addFolder('Cameras').close();
  addActions(folder, page, 'view.previous', 'view.next');
  const record = { show: store.state.cameraView.show, heldOut: store.state.cameraView.heldOut };
  const show = folder.add(record, 'show', {
    'the field': 'field',
    'the photograph': 'photograph',
    'the error': 'error',
  });
  show.onChange((value: PageState['cameraView']['show']) => void commands.showView(value));
  follow(show, record, 'show', store, (state) => state.cameraView.show);
  const heldOut = folder.add(record, 'heldOut').name('held-out ones');
  heldOut.onChange((value: boolean) => void commands.setHeldOut(value));
  follow(heldOut, record, 'heldOut', store, (state) => state.cameraView.heldOut);
  addText(folder, store, ({ cameraView: { index, name, psnr } }) =>
    index === null ? '' : `${name}${psnr === null ? '' : ` · ${psnr.toFixed(1)} dB`}`,
  );
}

export function viewPanel(gui: GUI, page: Page): void {
  const { store } = page;
  const folder = gui.addFolder('View').close();
  const record = { ...store.state.view };
  const bind = (key: 'grid' | 'cameras' | 'gizmo' | 'baked', name: string) => {
    const controller = folder.add(record, key).name(name);
    controller.onChange((value: boolean) => store.update('view', { [key]: value }));
    follow(controller, record, key, store, (state) => state.view[key]);
  };
  bind('grid', 'grid');
  const height = folder.add(record, 'gridHeight', -1, 1, 0.01).name('grid height');
  height.onChange((value: number) => store.update('view', { gridHeight: value }));
  bind('cameras', 'cameras');
  bind('gizmo', 'axes');
  const detail = folder.add(record, 'detail', { 'full resolution': 1, half: 0.5, quarter: 0.25 }).name('finest');
  detail.onChange((value: number) => store.update('view', { detail: value }));
  const budget = folder.add(record, 'budgetMs', {
    '60 a second': 16,
    '30 a second': 33,
    '10 a second': 100,
    '3 a second': 300,
  });
  budget.name('frame rate').onChange((value: number) => store.update('view', { budgetMs: value }));
  follow(budget, record, 'budgetMs', store, (state) => state.view.budgetMs);
  bind('baked', 'paintings baked');
  addText(folder, store, ({ bake, view }) =>
    bake && view.baked
      ? `${bake.resolution}³ voxels, ${(bake.bytes / 2 ** 20).toFixed(0)} MB, ${bake.psnr.toFixed(1)} dB from the field`
      : '',
  );
  addText(folder, store, ({ view }) =>
    view.fieldWidth ? `${view.fieldWidth} × ${view.fieldHeight} in ${view.frameMs.toFixed(0)} ms` : '',
  );
  addActions(folder, page, 'scene.clear-network');
}
