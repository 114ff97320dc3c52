// Closing the tab is asked about while something of a person's would be lost, and only then.

import { describe, expect, it } from 'vitest';
import type { JobKind } from '../../../src/viewer/job-queue.ts';
import { askBeforeLeaving, losesByLeaving } from '../../../src/viewer/leaving.ts';

const running = (kind: JobKind) => ({ jobs: [{ kind, title: kind }], lost: null });

describe('losesByLeaving', () => {
  it('counts what runs and what is not kept yet', () => {
    expect(losesByLeaving({ jobs: [], lost: null }, false)).toBe(false);
    expect(losesByLeaving({ jobs: [], lost: null }, true)).toBe(true);
    expect(
      (['load', 'train', 'stylize', 'export'] as const).map((kind) => losesByLeaving(running(kind), false)),
    ).toEqual([false, true, true, true]);
    // What waits would be lost too.
    const waiting = [...running('load').jobs, ...running('export').jobs];
    expect(losesByLeaving({ jobs: waiting, lost: null }, false)).toBe(true);
  });

  it('lets go of a page whose device is lost', () => {
    expect(losesByLeaving({ ...running('train'), lost: 'gone' }, true)).toBe(false);
  });
});

it('asks when the tab is about to close', () => {
  const target = new EventTarget();
  let loses = false;
  askBeforeLeaving(target as Window, () => loses);
  const leave = () => !target.dispatchEvent(new Event('beforeunload', { cancelable: true }));
  expect(leave()).toBe(false);
  loses = true;
  expect(leave()).toBe(true);
});
