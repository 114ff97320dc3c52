// What is fuzzed: a format, how its files are made from good ones, and who reads them.

import type { Dice } from './dice.ts';
import type { Bytes } from './mutate.ts';

export interface FuzzTarget {
  name: string;
  /** A good file: it must be accepted. */
  good(): Bytes | Promise<Bytes>;
  make(dice: Dice): Bytes | Promise<Bytes>;
  /** @throws InputError for what it refuses; anything else that it throws is a fault */
  read(bytes: Bytes): unknown;
}
