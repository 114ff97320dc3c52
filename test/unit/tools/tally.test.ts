// The sum that `npm test` ends with: nothing that went wrong may be missing from it.

import { describe, expect, it } from 'vitest';
import { tally } from '../../../tools/tally.mjs';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((s) => ({ status: s })),
});

describe('tally', () => {
  it('counts tests over files', () => {
    const report = { testResults: [file('passed', 'passed', 'skipped'), file('failed', 'failed', 'passed', 'todo')] };
    expect(tally(report, false)).toEqual({ passed: 2, failed: 1, skipped: 2 });
  });

  it('counts what failed outside a test', () => {
    expect(tally({ testResults: [file('failed'), file('passed', 'passed')] }, false).failed).toBe(1);
    expect(tally({ testResults: [file('failed', 'passed')] }, false).failed).toBe(1);
    expect(tally({ testResults: [file('passed', 'passed')] }, false).failed).toBe(1);
  });

  it('takes a run of no tests, or without a report, for a failure', () => {
    expect(tally({ testResults: [] }, true).failed).toBe(1);
    expect(tally(null, true).failed).toBe(1);
    expect(tally({ testResults: [file('passed', 'passed')] }, true)).toEqual({ passed: 1, failed: 0, skipped: 0 });
  });
});
