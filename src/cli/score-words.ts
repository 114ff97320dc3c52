// What is said of a painting when it is done: no one number, since a worse picture can better any one of them.

import { figuresInWords } from '../metrics/style-figures.ts';
import type { StyleScore } from '../session/types.ts';

type Score = Pick<StyleScore, 'start' | 'end' | 'before' | 'after'> & { metric: string };

export function scoreInWords({ metric, start, end, before, after }: Score): string {
  if (before && after) return figuresInWords(before, after);
  return `${metric} distance ${start.toFixed(4)} to ${end.toFixed(4)}`;
}
