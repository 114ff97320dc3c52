// Before the tab closes: the browser asks whether that is meant while something would be lost by it.

import type { JobKind } from './job-queue.ts';
import type { PageState } from './page-state.ts';

/** What loses something when it ends here: photographs and files that are being opened are still where they were. */
const LOSES: readonly JobKind[] = ['train', 'stylize', 'export'];

/** Whether a closed tab loses what a person made. Of a lost device all is lost already that could be. */
export function losesByLeaving({ jobs, lost }: Pick<PageState, 'jobs' | 'lost'>, hasUnkept: boolean): boolean {
  return lost === null && (hasUnkept || jobs.some(({ kind }) => LOSES.includes(kind)));
}

/** @param loses asked when the tab is about to close */
export function askBeforeLeaving(target: Pick<Window, 'addEventListener'>, loses: () => boolean): void {
  target.addEventListener('beforeunload', (event) => {
    if (loses()) event.preventDefault();
  });
}
