// Chance with a seed: the same number gives the same files.

import { mulberry32 } from '../../src/random.ts';

export class Dice {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = mulberry32(seed);
  }

  /** 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** @param share 0..1 */
  chance(share: number): boolean {
    return this.next() < share;
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }

  /** Often small, sometimes up to `most`. */
  size(most: number): number {
    return Math.floor(most ** this.next());
  }
}
