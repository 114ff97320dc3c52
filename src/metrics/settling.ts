// When a falling curve has nearly arrived: what is left of a painting's time once 90 % of its gain is there.

export interface CurvePoint {
  step: number;
  /** Since painting began. */
  seconds: number;
  /** Style term of the loss, unweighted: mean distance of the views painted since the last point. */
  style: number;
}

/** Points that are averaged: views differ, so that single points jump. */
const WINDOW = 4;

/**
 * The first point from which on the running mean has come `share` of the way from the start to where the curve ends.
 * @param start distance before the first step
 * @returns null where the curve does not fall
 */
export function settled(curve: readonly CurvePoint[], start: number, share = 0.9): CurvePoint | null {
  const means = curve.map((point, i) => {
    const last = curve.slice(Math.max(0, i + 1 - WINDOW), i + 1);
    return { ...point, style: last.reduce((sum, { style }) => sum + style, 0) / last.length };
  });
  const end = means.at(-1)?.style ?? start;
  if (!(end < start)) return null;
  const wanted = start - share * (start - end);
  return means.find(({ style }) => style <= wanted) ?? null;
}
