// All that can be done, by list and by name. A list of actions is one line here; what takes an argument (a style, a file,
// a value) is a function of the same file, called through `commands`.

import type { Page } from '../page.ts';
import type { Action } from './action.ts';
import * as exporting from './export.ts';
import * as library from './library.ts';
import * as painting from './painting.ts';
import * as project from './project.ts';
import * as scene from './scene.ts';
import * as training from './training.ts';
import * as view from './view.ts';

export const ACTIONS: readonly Action[] = [
  ...training.ACTIONS,
  ...painting.ACTIONS,
  ...view.ACTIONS,
  ...library.ACTIONS,
  ...exporting.ACTIONS,
  ...scene.ACTIONS,
  ...project.ACTIONS,
];

export function actionBy(id: string): Action {
  const found = ACTIONS.find((action) => action.id === id);
  if (!found) throw new Error(`action '${id}': expected one of the lists, found none`);
  return found;
}

const FUNCTIONS = { ...scene, ...project, ...training, ...painting, ...library, ...view, ...exporting };

/** A function without its first argument, the page. */
type OfPage<F> = F extends (page: Page, ...rest: infer A) => infer R ? (...rest: A) => R : never;
type Functions = typeof FUNCTIONS;

export type Commands = {
  [K in keyof Functions as Functions[K] extends readonly Action[] ? never : K]: OfPage<Functions[K]>;
};

export function commandsOf(page: Page): Commands {
  const bound = Object.entries(FUNCTIONS).flatMap(([name, run]) =>
    typeof run === 'function' ? [[name, (...rest: unknown[]) => Reflect.apply(run, undefined, [page, ...rest])]] : [],
  );
  return Object.fromEntries(bound) as Commands;
}
