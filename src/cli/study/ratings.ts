// Ratings of a user study as CSV: the empty table that belongs to a sheet, what raters hand back, and its averages.
// Each row is a pair: style, content and consistency of either side from 1 (poor) to 5 (good), and a preference from 1
// (clearly the left one) over 3 (neither) to 5 (clearly the right one).

import { inputError } from '../../errors.ts';
import type { Trial } from './plan.ts';

export const QUESTIONS = ['style', 'content', 'consistency'] as const;
type Question = (typeof QUESTIONS)[number];

const RATED = [...QUESTIONS.map((q) => `left_${q}`), ...QUESTIONS.map((q) => `right_${q}`), 'preference'];
export const COLUMNS = ['trial', 'left', 'right', ...RATED, 'rater'];

/** To be filled in by hand where the sheet's own button is not used. */
export function ratingsTemplate(trials: readonly Trial[]): string {
  const rows = trials.map(({ trial, left, right }) => [trial, left, right, ...RATED.map(() => ''), ''].join(','));
  return `${[COLUMNS.join(','), ...rows].join('\n')}\n`;
}

/** What was rated 1 to 5; what was left out is not there. */
export interface Rating {
  left: string;
  right: string;
  rated: Record<string, number>;
}

/**
 * @param where the file, for messages
 * @throws InputError in one sentence, with line and column, for what is no table of these ratings
 */
export function readRatings(text: string, where: string): Rating[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  // Spreadsheets of many countries write semicolons.
  const separator = lines[0].includes(';') ? ';' : ',';
  const cells = (line: string) => line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  const header = cells(lines[0]);
  for (const column of COLUMNS.slice(0, -1))
    if (!header.includes(column))
      throw inputError('ratings', where, `a column ${column}`, header.join(' ') || 'nothing');
  return lines.slice(1).flatMap((line, i): Rating[] => {
    if (line.trim() === '') return [];
    const row = cells(line);
    const at = (column: string) => row[header.indexOf(column)] ?? '';
    const rated: Record<string, number> = {};
    for (const column of RATED) {
      const cell = at(column);
      if (cell === '') continue;
      if (!/^[1-5]$/.test(cell)) throw inputError(column, `${where} line ${i + 2}`, '1 to 5', `'${cell}'`);
      rated[column] = Number(cell);
    }
    return [{ left: at('left'), right: at('right'), rated }];
  });
}

export interface Average {
  mean: number;
  /** Half of the 95 % interval by Student's t, ratings taken as independent; null of one rating. */
  interval: number | null;
  count: number;
}

export interface MethodRatings extends Record<Question, Average | null> {
  method: string;
  /** Share of its comparisons in which it was preferred; neither counts a half. */
  preferred: Average | null;
}

/** @param methods name by id @throws InputError where ratings are of another study */
export function averageRatings(
  ratings: readonly Rating[],
  methods: Readonly<Record<string, string>>,
  where: string,
): MethodRatings[] {
  const values = new Map<string, number[]>();
  const add = (id: string, what: string, value: number | undefined) => {
    if (!Object.hasOwn(methods, id))
      throw inputError('ratings', where, `ids of the key (${Object.keys(methods).join(' ')})`, `'${id}'`);
    if (value === undefined) return;
    const key = `${id} ${what}`;
    const list = values.get(key);
    if (list) list.push(value);
    else values.set(key, [value]);
  };
  for (const { left, right, rated } of ratings) {
    for (const question of QUESTIONS) {
      add(left, question, rated[`left_${question}`]);
      add(right, question, rated[`right_${question}`]);
    }
    const { preference } = rated;
    const toRight = preference === undefined ? undefined : (1 + Math.sign(preference - 3)) / 2;
    add(right, 'preferred', toRight);
    add(left, 'preferred', toRight === undefined ? undefined : 1 - toRight);
  }
  return Object.entries(methods).map(([id, method]) => {
    const of = (what: string) => average(values.get(`${id} ${what}`) ?? []);
    return {
      method,
      style: of('style'),
      content: of('content'),
      consistency: of('consistency'),
      preferred: of('preferred'),
    };
  });
}

export function average(values: readonly number[]): Average | null {
  const count = values.length;
  if (count === 0) return null;
  const mean = values.reduce((sum, v) => sum + v, 0) / count;
  if (count === 1) return { mean, interval: null, count };
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (count - 1);
  return { mean, interval: studentT(count - 1) * Math.sqrt(variance / count), count };
}

/** 97.5 % quantile of Student's t: known values, then Cornish and Fisher's expansion about the normal's. */
function studentT(freedom: number): number {
  const known = [12.706, 4.303, 3.182, 2.776][freedom - 1];
  if (known !== undefined) return known;
  const z = 1.959964;
  const first = (z ** 3 + z) / (4 * freedom);
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3);
  return z + first + second + third;
}
