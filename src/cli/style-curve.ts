// The style loss of a painting over steps and seconds, and when 90 % of its fall was there.

import { type CurvePoint, settled } from '../metrics/settling.ts';
import type { ImpastoSession } from '../session/types.ts';
import { lossNamed } from '../style/losses/index.ts';
import { lossesOf, type StyleLossChoice } from '../style/style-config.ts';

/** Records what is painted from now on. Call the result with the distance before its first step, for what is there by then. */
export function recordStyleCurve(session: ImpastoSession, choice: StyleLossChoice) {
  const curve: CurvePoint[] = [];
  const losses = lossesOf(choice);
  // One loss is told in its own unit, like the distance; of several, only their weighted sum is known.
  const [{ name, weight }] = losses;
  const scale = losses.length === 1 ? lossNamed(name).weight * weight : 1;
  session.on('style', ({ step, seconds, style }) => {
    curve.push({ step, seconds: Math.round(1000 * seconds) / 1000, style: style / scale });
  });
  return (start: number) => {
    const before = losses.length === 1 ? start : (curve[0]?.style ?? start);
    return { ninety: settled(curve, before), curve: curve.slice() };
  };
}
