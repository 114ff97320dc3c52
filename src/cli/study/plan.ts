// Who is compared with whom in a user study, in which order and on which side, all from one seed. Results go by ids
// that say nothing; what they stand for is in the key alone.

import { mulberry32 } from '../../random.ts';

export interface Trial {
  /** t01, t02 ... in the order shown. */
  trial: string;
  left: string;
  right: string;
}

export interface StudyPlan {
  /** One id a result, in the order given. */
  ids: string[];
  trials: Trial[];
}

/** Without letters and digits that look alike, and without vowels, so that no id reads as a word. */
const LETTERS = 'bcdfghjkmnpqrstvwxz';
const ID_LENGTH = 4;

/** Every result beside every other, once. The same seed gives the same plan. */
export function planStudy(count: number, seed: number): StudyPlan {
  const random = mulberry32(seed);
  const ids = new Set<string>();
  while (ids.size < count) {
    ids.add(Array.from({ length: ID_LENGTH }, () => LETTERS[Math.floor(random() * LETTERS.length)]).join(''));
  }
  const list = [...ids];
  const pairs = list.flatMap((a, i) =>
    list.slice(i + 1).map((b): [string, string] => (random() < 0.5 ? [a, b] : [b, a])),
  );
  for (let i = pairs.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [pairs[i], pairs[j]] = [pairs[j], pairs[i]];
  }
  const digits = Math.max(2, String(pairs.length).length);
  const trials = pairs.map(([left, right], i) => ({ trial: `t${String(i + 1).padStart(digits, '0')}`, left, right }));
  return { ids: list, trials };
}
