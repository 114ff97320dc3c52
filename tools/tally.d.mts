// Types of tally.mjs for its test.

export interface VitestReport {
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

export function tally(report: VitestReport | null, ok: boolean): { passed: number; failed: number; skipped: number };
