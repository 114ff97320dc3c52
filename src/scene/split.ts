// Which views are trained on and which are held out: as a training before had it, as the dataset says, or every n-th
// in order of names; and evenly fewer where fewer are wanted.

import { inputError } from '../errors.ts';
import type { Frame } from './dataset.ts';
import { evenly } from './evenly.ts';
import type { LoadSceneOptions } from './types.ts';

const DEFAULT_HOLDOUT = 8;

/** Marks each view as train or test, and picks evenly where fewer are wanted. */
export function split<T extends Frame>(usable: T[], options: LoadSceneOptions, notes: string[]): T[] {
  const as =
    (part: 'train' | 'test') =>
    (frame: T): T => ({ ...frame, split: part });
  if (options.views) {
    const [trained, heldOut] = [new Set(options.views.train), new Set(options.views.test)];
    const again = [
      ...usable.filter(({ name }) => trained.has(name)).map(as('train')),
      ...usable.filter(({ name }) => heldOut.has(name)).map(as('test')),
    ];
    if (again.length > 0) return again; // else they are other photographs: whoever asked finds out
  }
  const every = options.holdout ?? DEFAULT_HOLDOUT;
  let [train, test] = [usable.filter((f) => f.split === 'train'), usable.filter((f) => f.split === 'test')];
  if (train.length > 0 && test.length > 0) {
    notes.push(`split of the dataset: ${train.length} training views, ${test.length} held out`);
  } else if (every > 0 && usable.length > 1) {
    test = usable.filter((_, i) => i % every === 0);
    train = usable.filter((_, i) => i % every !== 0);
    // Every single one held out (holdout 1) leaves nothing to learn from.
    if (train.length === 0) throw inputError('holdout', 'the options', '0 or at least 2', String(every));
    notes.push(
      `every ${ordinal(every)} of ${usable.length} views is held out: ${train.length} training, ${test.length} held out`,
    );
  } else {
    train = usable;
    test = [];
  }
  return [...atMost(train, options.maxTrain).map(as('train')), ...atMost(test, options.maxTest).map(as('test'))];
}

function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${ending}`;
}

const atMost = <T>(items: T[], count = items.length) => evenly(items, count, 'firsts');
