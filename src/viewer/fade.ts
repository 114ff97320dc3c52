// The way from one look to another: mixes of both whose weights go from the one to the other, frame by frame.

import { MOST_MIXED } from '../session/library.ts';

/** Styles by weight over the plain field. */
export interface Shown {
  styles: readonly { id: string; weight: number }[];
  strength: number;
}

const FADE_MS = 350;

/** Begins; `end` is called at the end. What it returns stops it on the way, and nothing more is called then. */
type Fade = (show: (at: Shown) => void, end: () => void) => () => void;

/**
 * The mix at `share` of the way, 0..1; the plain field takes part with what the styles leave.
 * @returns null where it would be of more styles than can be mixed
 */
export function mixBetween(from: Shown, to: Shown, share: number): Shown | null {
  const sums = new Map<string, number>();
  for (const [{ styles, strength }, of] of [
    [from, 1 - share],
    [to, share],
  ] as const) {
    const total = styles.reduce((sum, { weight }) => sum + weight, 0);
    for (const { id, weight } of styles) {
      if (total > 0) sums.set(id, (sums.get(id) ?? 0) + (of * strength * weight) / total);
    }
  }
  if (sums.size > MOST_MIXED) return null;
  const styles = [...sums].map(([id, weight]) => ({ id, weight }));
  return {
    styles,
    strength: Math.min(
      1,
      styles.reduce((sum, { weight }) => sum + weight, 0),
    ),
  };
}

/** @returns a fade that can be begun, and stopped; null where there is nothing to fade, or motion is not wanted */
export function fadeBetween(from: Shown, to: Shown): Fade | null {
  if (!mixBetween(from, to, 0.5) || matchMedia('(prefers-reduced-motion: reduce)').matches) return null;
  if (from.styles.some(({ id }) => id === 'painting')) return null;
  return (show, end) => {
    const began = performance.now();
    let stopped = false;
    const frame = () => {
      if (stopped) return;
      const share = (performance.now() - began) / FADE_MS;
      if (share >= 1) {
        stopped = true;
        return end();
      }
      // Slow at both ends.
      show(mixBetween(from, to, share * share * (3 - 2 * share))!);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    return () => {
      stopped = true;
    };
  };
}
