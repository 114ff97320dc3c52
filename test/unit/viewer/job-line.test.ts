// The one line about what runs: only what the job itself says, how long still, and what waits.

import { describe, expect, it } from 'vitest';
import { durationWords, fractionOf, jobLine, TimeLeft } from '../../../src/viewer/job-line.ts';
import { initialState, type PageState } from '../../../src/viewer/page-state.ts';

const train = { kind: 'train', title: 'learning Fox' } as const;
const paint = { kind: 'stylize', title: 'painting Wave' } as const;
const video = { kind: 'export', title: 'the video' } as const;

const state = (changes: Partial<PageState>): PageState => ({ ...initialState(), ...changes });

describe('jobLine', () => {
  it('says what runs, how far, how long still, and what waits', () => {
    const progress = { task: 'train', fraction: 0.4, text: 'step 40 of 100, 20.1 dB' };
    const training = state({ jobs: [train, paint], progress });
    expect(jobLine(training, 42)).toBe('learning Fox: step 40 of 100, 20.1 dB, 40 s left · then painting Wave');
    expect(fractionOf(training)).toBe(0.4);
  });

  it('does not take a bake for the progress of a video', () => {
    const progress = { task: 'bake', fraction: 0.9, text: 'baking for fast display' };
    const exporting = state({ jobs: [video], progress });
    expect(jobLine(exporting, null)).toBe('the video: getting ready');
    expect(fractionOf(exporting)).toBeNull();
    exporting.export = { ...exporting.export, fraction: 0.25 };
    expect([jobLine(exporting, null), fractionOf(exporting)]).toEqual(['the video: 25 %', 0.25]);
    // By itself it is told.
    expect(jobLine(state({ progress }), null)).toBe('baking for fast display');
  });

  it('is getting ready until a painting has strokes to count', () => {
    const painting = state({ jobs: [paint] });
    expect([jobLine(painting, null), fractionOf(painting)]).toEqual(['painting Wave: getting ready', null]);
    painting.style = { ...painting.style, step: 12, stepCount: 48 };
    expect([jobLine(painting, 3.4), fractionOf(painting)]).toEqual(['painting Wave: stroke 12 of 48, 3 s left', 0.25]);
  });
});

describe('TimeLeft', () => {
  it('goes by the speed so far, and says nothing too early', () => {
    let now = 0;
    const left = new TimeLeft(() => now);
    expect(left.of(train, 0.5)).toBeNull();
    now = 1000;
    expect(left.of(train, 0.6)).toBeNull();
    now = 4000;
    expect(left.of(train, 0.7)).toBeCloseTo(6, 9);
    now = 4500;
    expect(left.of(train, 0.701)).toBeCloseTo((4.5 * 0.299) / 0.201, 9);
  });

  it('begins anew with another job, and where a job counts from the beginning again', () => {
    let now = 0;
    const left = new TimeLeft(() => now);
    for (const [at, fraction] of [
      [0, 0],
      [5000, 1],
    ])
      [now] = [at, left.of(train, fraction)];
    now = 6000;
    expect(left.of(train, 0.1)).toBeNull();
    now = 8000;
    expect(left.of(train, 0.3)).toBeCloseTo(7, 9);
    expect(left.of(paint, 0.5)).toBeNull();
    expect(left.of(null, null)).toBeNull();
  });
});

describe('durationWords', () => {
  it('are no finer than can be known', () => {
    expect([0.2, 9.4, 11, 88, 100, 3000, 7200].map(durationWords)).toEqual([
      '1 s',
      '9 s',
      '10 s',
      '90 s',
      '2 min',
      '50 min',
      '2.0 h',
    ]);
  });
});
