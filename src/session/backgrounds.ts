// What lies behind transparent pictures and empty space, wherever a view is shown, measured or painted.

import type { Background } from './types.ts';

/** sRGB 0..1 */
export const BACKGROUNDS: Readonly<Record<Background, readonly [number, number, number]>> = {
  white: [1, 1, 1],
  black: [0, 0, 0],
};
