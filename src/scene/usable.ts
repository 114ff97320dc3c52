// One bad part does not spoil all: what of a dataset cannot be used is left out, counted, and told by its first fault.

import { InputError } from '../errors.ts';

/**
 * What `make` gives for each of `items`, without those it refuses.
 * @param what plural, for the note: 'frames'
 * @throws InputError the first fault, when all of them have one
 */
export function usableOf<T, R>(
  items: readonly T[],
  make: (item: T, index: number) => R,
  what: string,
  notes: string[],
): R[] {
  const good: R[] = [];
  let first: InputError | null = null;
  items.forEach((item, i) => {
    try {
      good.push(make(item, i));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      first ??= error;
    }
  });
  const left = items.length - good.length;
  if (first !== null && good.length === 0) throw first;
  if (first !== null)
    notes.push(`${left} of ${items.length} ${what} cannot be used and were left out: ${(first as InputError).message}`);
  return good;
}
