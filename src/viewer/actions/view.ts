// The view: through the scene's cameras, their photographs and errors, the wipe, guides.

import type { Page } from '../page.ts';
import type { PageState } from '../page-state.ts';
import type { Action } from './action.ts';

/** Flies to the next or previous camera and looks through it. */
export async function stepView(page: Page, by: 1 | -1): Promise<void> {
  if (page.needsScene()) await page.parts.cameraView.step(by);
}

/** What is shown there: field, photograph or error. Flies to the first camera from a free view. */
export async function showView(page: Page, show: PageState['cameraView']['show']): Promise<void> {
  if (!page.needsScene()) return;
  const { cameraView, store } = page.parts;
  if (show !== 'field') store.update('agreement', { on: false });
  // The same again is back to the field.
  cameraView.show(store.state.cameraView.index !== null && store.state.cameraView.show === show ? 'field' : show);
  if (store.state.cameraView.index === null) await cameraView.to(0);
}

/** Whether the view's difference from its nearest camera is laid over it; not beside a photograph or its error. */
export function showAgreement(page: Page, on: boolean): void {
  if (on && !page.needsScene()) return;
  if (on) page.parts.cameraView.show('field');
  page.store.update('agreement', { on, beside: null, rmse: null });
}

/** Where the view of this scene began. */
export function goHome(page: Page): void {
  if (page.needsScene()) page.parts.viewport.rig.goHome();
}

export async function setHeldOut(page: Page, heldOut: boolean): Promise<void> {
  await page.parts.cameraView.setHeldOut(heldOut);
}

/** The panels come, or fold away. */
export function togglePanels({ store }: Page): void {
  store.update('layout', { panels: !store.state.layout.panels });
}

const flip = (key: 'grid' | 'cameras' | 'gizmo') => (page: Page) =>
  page.store.update('view', { [key]: !page.store.state.view[key] });

const tool = (name: PageState['regions']['tool']) => (page: Page) => page.regions.setTool(name);

/** By how much a key turns the view, and how much nearer it brings it. */
const STEP_RAD = 0.1;
const NEARER = 0.9;

const turn = (azimuthRad: number, polarRad: number, farther?: number) => (page: Page) => {
  if (page.needsScene()) page.parts.viewport.rig.turn(azimuthRad, polarRad, farther);
};

async function fullScreen(page: Page): Promise<void> {
  const { fullscreenElement, documentElement } = document;
  await page.caught(() => (fullscreenElement ? document.exitFullscreen() : documentElement.requestFullscreen()));
}

export const ACTIONS: readonly Action[] = [
  { id: 'view.home', title: 'Home', help: 'back to where the view began', keys: ['h'], run: goHome },
  { id: 'view.full', title: 'Full screen', help: 'the whole screen, and back', keys: ['v'], run: fullScreen },
  { id: 'view.panels', title: 'Controls', help: 'the panels, there or away', keys: ['m'], run: togglePanels },
  { id: 'view.left', title: 'turn left', keys: ['shift+ArrowLeft'], run: turn(-STEP_RAD, 0) },
  { id: 'view.right', title: 'turn right', keys: ['shift+ArrowRight'], run: turn(STEP_RAD, 0) },
  { id: 'view.up', title: 'rise', keys: ['shift+ArrowUp'], run: turn(0, -STEP_RAD) },
  { id: 'view.down', title: 'sink', keys: ['shift+ArrowDown'], run: turn(0, STEP_RAD) },
  { id: 'view.nearer', title: 'nearer', keys: ['+'], run: turn(0, 0, NEARER) },
  { id: 'view.farther', title: 'farther', keys: ['-'], run: turn(0, 0, 1 / NEARER) },
  {
    id: 'view.compare',
    title: 'Compare',
    help: 'compare: original | painted',
    keys: ['c'],
    run: ({ store }) => store.update('compare', { on: !store.state.compare.on }),
  },
  { id: 'view.grid', title: 'grid', keys: ['g'], run: flip('grid') },
  { id: 'view.cameras', title: 'cameras', keys: ['f'], run: flip('cameras') },
  { id: 'view.axes', title: 'axes', keys: ['a'], run: flip('gizmo') },
  {
    id: 'view.previous',
    title: '‹ previous',
    help: 'look through the previous camera',
    keys: ['ArrowLeft'],
    run: (page) => stepView(page, -1),
  },
  {
    id: 'view.next',
    title: 'next ›',
    help: 'look through the next camera',
    keys: ['ArrowRight'],
    run: (page) => stepView(page, 1),
  },
  {
    id: 'view.photograph',
    title: 'photograph',
    help: 'the photograph taken there',
    keys: ['t'],
    run: (page) => showView(page, 'photograph'),
  },
  {
    id: 'view.error',
    title: 'error',
    help: 'how far the field differs from it',
    keys: ['e'],
    run: (page) => showView(page, 'error'),
  },
  {
    id: 'view.agreement',
    title: 'agreement',
    help: 'where the view disagrees with its nearest camera',
    keys: ['i'],
    run: (page) => showAgreement(page, !page.store.state.agreement.on),
  },
  { id: 'view.pick', title: 'Pick', help: 'pick a region in the view', keys: ['r'], run: tool('pick') },
  { id: 'view.brush', title: 'Brush', help: 'paint a region with the brush', keys: ['b'], run: tool('brush') },
];
