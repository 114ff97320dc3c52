// What is done beside the main thread: features of a picture, how alike two pictures are, matches of a pair and their
// geometry. One object a worker, which keeps its buffers and, for matching, the features of all pictures.

import { ScaleSpace } from '../features/pyramid.ts';
import { extractFeatures, type SiftOptions } from '../features/sift.ts';
import { Matcher, type PreparedDescriptors, prepareDescriptors } from '../matching/nearest.ts';
import type { Features, VerifiedPair } from '../types.ts';
import { verify } from '../verification/verify.ts';

export type Task =
  | { kind: 'features'; grey: Float32Array; width: number; height: number; options: SiftOptions }
  /** Features of all pictures, for the tasks below. */
  | { kind: 'hold'; features: Features[]; longSides: number[] }
  /** @param pairs [N, 2] pictures. @param count of the largest features that are matched */
  | { kind: 'alike'; pairs: Int32Array; count: number }
  | { kind: 'pairs'; pairs: Int32Array; seed: number };

export type TaskOf<K extends Task['kind']> = Extract<Task, { kind: K }>;

export interface Answers {
  features: Features;
  hold: null;
  /** [N] matches. */
  alike: Int32Array;
  /** Of those that hold together. */
  pairs: VerifiedPair[];
}

export class Worker {
  #space: ScaleSpace | null = null;
  #matcher: Matcher | null = null;
  #features: Features[] = [];
  #longSides: number[] = [];
  /** Prepared descriptors of the picture that comes first in a run of pairs, and of all for `alike`. */
  #prepared = new Map<number, PreparedDescriptors>();
  #preparedCount = 0;

  handle<K extends Task['kind']>(task: TaskOf<K>): Answers[K];
  handle(task: Task): Answers[Task['kind']] {
    switch (task.kind) {
      case 'features':
        this.#space ??= new ScaleSpace();
        return extractFeatures(task.grey, task.width, task.height, this.#space, task.options);
      case 'hold':
        this.#features = task.features;
        this.#longSides = task.longSides;
        this.#space = null; // its planes are done with
        return null;
      case 'alike':
        return this.#alike(task.pairs, task.count);
      case 'pairs':
        return this.#pairs(task.pairs, task.seed);
    }
  }

  #alike(pairs: Int32Array, count: number): Int32Array {
    this.#matcher ??= new Matcher();
    const counts = new Int32Array(pairs.length / 2);
    for (let k = 0; k < counts.length; k++) {
      const [a, b] = [this.#prepare(pairs[2 * k], count), this.#prepare(pairs[2 * k + 1], count)];
      counts[k] = this.#matcher.match(a, b).length / 2;
    }
    return counts;
  }

  #pairs(pairs: Int32Array, seed: number): VerifiedPair[] {
    this.#matcher ??= new Matcher();
    const found: VerifiedPair[] = [];
    for (let k = 0; k < pairs.length; k += 2) {
      const [first, second] = [pairs[k], pairs[k + 1]];
      const [a, b] = [this.#features[first], this.#features[second]];
      const every = Number.MAX_SAFE_INTEGER;
      const matches = this.#matcher.match(this.#prepare(first, every), this.#prepare(second, every));
      const longSide = Math.max(this.#longSides[first], this.#longSides[second]);
      const pairSeed = seed + first * this.#features.length + second;
      const geometry = verify(a, b, matches, longSide, pairSeed);
      if (geometry) found.push({ first, second, ...geometry });
    }
    return found;
  }

  /** Keeps a few hundred: an upper bound of memory, not of pictures. */
  #prepare(picture: number, count: number): PreparedDescriptors {
    if (count !== this.#preparedCount || this.#prepared.size > 300) this.#prepared.clear();
    this.#preparedCount = count;
    const known = this.#prepared.get(picture);
    if (known) return known;
    const features = this.#features[picture];
    const prepared = prepareDescriptors(features.descriptors, Math.min(count, features.count));
    this.#prepared.set(picture, prepared);
    return prepared;
  }
}
