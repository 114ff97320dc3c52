// A user study's plan, its sheet and its ratings: the same seed gives the same study, nothing on the sheet says what is
// what, and averages come out as worked by hand.

import { describe, expect, it } from 'vitest';
import { planStudy } from '../../../../src/cli/study/plan.ts';
import {
  average,
  averageRatings,
  COLUMNS,
  QUESTIONS,
  ratingsTemplate,
  readRatings,
} from '../../../../src/cli/study/ratings.ts';
import { sheetPage } from '../../../../src/cli/study/sheet.ts';

describe('study plan', () => {
  it('puts every result beside every other once, the same way for the same seed', () => {
    const plan = planStudy(5, 7);
    expect(planStudy(5, 7)).toEqual(plan);
    expect(planStudy(5, 8)).not.toEqual(plan);
    expect(new Set(plan.ids).size).toBe(5);
    const pairs = plan.trials.map(({ left, right }) => [left, right].sort().join());
    expect(pairs.length).toBe(10);
    expect(new Set(pairs).size).toBe(10);
    for (const { left, right } of plan.trials) expect(left).not.toBe(right);
    expect(plan.trials.map(({ trial }) => trial).slice(0, 2)).toEqual(['t01', 't02']);
  });

  it('mixes sides and order', () => {
    // Of 200 seeds the first result of two is on the left in about half.
    const lefts = Array.from({ length: 200 }, (_, seed) => {
      const { ids, trials } = planStudy(2, seed);
      return trials[0].left === ids[0];
    }).filter(Boolean).length;
    expect(lefts).toBeGreaterThan(70);
    expect(lefts).toBeLessThan(130);
    const inOrder = planStudy(6, 3).ids;
    const first = planStudy(6, 3).trials[0];
    expect([inOrder.indexOf(first.left), inOrder.indexOf(first.right)].sort()).not.toEqual([0, 1]);
  });
});

describe('rating sheet', () => {
  const { ids, trials } = planStudy(2, 1);
  const content = {
    fps: 8,
    trials,
    clips: { [ids[0]]: ['data:a</script>'], [ids[1]]: ['data:b'] },
    original: ['data:o'],
    style: null,
  };
  const page = sheetPage(content);

  it('is one page that needs no network', () => {
    expect(page).not.toMatch(/https?:|<link|src="|@import/);
    const [, data] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)!;
    expect(JSON.parse(data)).toEqual({ ...content, frames: 1, columns: COLUMNS });
  });
});

describe('ratings', () => {
  const methods = { aaaa: 'ours', bbbb: 'theirs' };
  const header = COLUMNS.join(',');
  const where = 'r.csv';

  it('reads its own template, filled in or not', () => {
    const { ids, trials } = planStudy(3, 2);
    const template = ratingsTemplate(trials);
    expect(template.split('\n')[0]).toBe(header);
    const empty = readRatings(template, where);
    expect(empty.map(({ left, right }) => ({ left, right }))).toEqual(
      trials.map(({ left, right }) => ({ left, right })),
    );
    for (const { rated } of empty) expect(rated).toEqual({});
    const named = Object.fromEntries(ids.map((id) => [id, id]));
    for (const { preferred, style } of averageRatings(empty, named, where))
      expect([preferred, style]).toEqual([null, null]);
  });

  it('averages by result, whichever side it was on, with intervals', () => {
    const text = `\uFEFF${header}\r\nt01,aaaa,bbbb,5,4,3,2,2,2,1,x\r\nt02,bbbb,aaaa,1,2,3,4,5,3,3,"y"\r\n`;
    const [ours, theirs] = averageRatings(readRatings(text, where), methods, where);
    expect(ours.method).toBe('ours');
    expect(QUESTIONS.map((q) => ours[q]!.mean)).toEqual([4.5, 4.5, 3]);
    expect(QUESTIONS.map((q) => theirs[q]!.mean)).toEqual([1.5, 2, 2.5]);
    // Clearly left, then neither: one and a half of two.
    expect([ours.preferred!.mean, theirs.preferred!.mean]).toEqual([0.75, 0.25]);
    // Two values one apart: s = 1 / sqrt(2), t = 12.706 for one degree of freedom.
    expect(ours.style!.interval).toBeCloseTo((12.706 * Math.SQRT1_2) / Math.SQRT2, 6);
    expect(readRatings(text.replaceAll(',', ';'), where)).toEqual(readRatings(text, where));
  });

  it('knows the quantiles of Student by heart or to two places', () => {
    for (const [count, t] of [
      [3, 4.303],
      [6, 2.5706],
      [11, 2.2281],
      [31, 2.0423],
    ]) {
      const values = Array.from({ length: count }, (_, i) => i);
      const deviation = Math.sqrt(((count + 1) * count) / 12);
      expect(average(values)!.interval! / (deviation / Math.sqrt(count))).toBeCloseTo(t, 2);
    }
    expect(average([3])).toEqual({ mean: 3, interval: null, count: 1 });
  });

  it.each([
    [
      'a rating out of range',
      `${header}\nt01,aaaa,bbbb,6,4,3,2,2,2,1,x`,
      'left_style in r.csv line 2: expected 1 to 5',
    ],
    ['a column missing', 'trial,left\n', 'expected a column right'],
    ['nothing', '', 'found nothing'],
    ['another study', `${header}\nt01,cccc,bbbb,5,4,3,2,2,2,1,x`, 'expected ids of the key (aaaa bbbb)'],
  ])('refuses %s', (_, text, sentence) => {
    expect(() => averageRatings(readRatings(text, where), methods, where)).toThrow(sentence);
  });
});
