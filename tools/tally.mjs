// Counts of one vitest run from its JSON report. Whatever went wrong outside a test counts as a failure too:
// a file that did not load, an unhandled error, a run that ended before it could report, a run of no tests.

/**
 * @param {{ testResults: { status: string, assertionResults: { status: string }[] }[] } | null} report
 * @param {boolean} ok whether the process ended well
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function tally(report, ok) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report?.testResults ?? []) {
    for (const { status } of file.assertionResults) {
      if (status === 'passed') counts.passed++;
      else if (status === 'failed') counts.failed++;
      else counts.skipped++;
    }
    if (file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed')) counts.failed++;
  }
  const nothingRan = counts.passed + counts.failed + counts.skipped === 0;
  if (counts.failed === 0 && (!ok || nothingRan)) counts.failed++;
  return counts;
}
