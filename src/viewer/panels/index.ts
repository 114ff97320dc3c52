// The panels, from top to bottom: each is a file beside this one and a line here.

import type GUI from 'lil-gui';
import type { Page } from '../page.ts';
import { exportPanel } from './export-panel.ts';
import { regionsPanel } from './regions-panel.ts';
import { scenePanel } from './scene-panel.ts';
import { stylePanel } from './style-panel.ts';
import { trainingPanel } from './training-panel.ts';
import { camerasPanel, comparePanel, viewPanel } from './view-panel.ts';
import { worksPanel } from './works-panel.ts';

/** Makes its folder, and from then on follows the page's state. */
export type Panel = (gui: GUI, page: Page) => void;

export const PANELS: readonly Panel[] = [
  scenePanel,
  worksPanel,
  stylePanel,
  trainingPanel,
  regionsPanel,
  comparePanel,
  camerasPanel,
  viewPanel,
  exportPanel,
];
