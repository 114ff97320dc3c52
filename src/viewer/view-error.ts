// Where a rendered view and its photograph differ: mean absolute error of a pixel's channels as a colour, and the
// PSNR of the whole. Dark is right; the ramp ends where an error is as large as the eye forgives least.

import type { Picture } from '../scene/types.ts';
import type { Background } from '../session/types.ts';

/** Errors from here on are the ramp's brightest. Share of full scale. */
export const WORST = 0.25;
/** sRGB, evenly spaced from no error to the worst: black, violet, red, ochre, white. */
export const RAMP = [
  [0, 0, 4],
  [87, 16, 110],
  [188, 55, 84],
  [249, 142, 9],
  [252, 255, 220],
] as const;

/** @param error mean over the channels, share of full scale */
export function rampColour(error: number): [number, number, number] {
  const at = Math.min(1, error / WORST) * (RAMP.length - 1);
  const from = Math.min(RAMP.length - 2, Math.floor(at));
  return [0, 1, 2].map((c) => RAMP[from][c] + (at - from) * (RAMP[from + 1][c] - RAMP[from][c])) as [
    number,
    number,
    number,
  ];
}

/** The whole ramp as a CSS image, from no error to the worst. */
export const RAMP_CSS = `linear-gradient(90deg, ${RAMP.map((rgb) => `rgb(${rgb.join(' ')})`).join(', ')})`;

/** Over what the field is shown and measured before. */
export function overBackground({ width, height, data }: Picture, background: Background): Picture {
  const level = background === 'white' ? 255 : 0;
  const solid = new Uint8ClampedArray(data.length);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3] / 255;
    for (let c = 0; c < 3; c++) solid[i + c] = data[i + c] * alpha + level * (1 - alpha);
    solid[i + 3] = 255;
  }
  return { width, height, data: solid };
}

/** Two solid pictures of one size. @returns psnr in dB, at most 99 */
export function viewError(render: Picture, truth: Picture): { picture: Picture; psnr: number } {
  const { width, height } = truth;
  if (render.width !== width || render.height !== height) {
    throw new Error(`view error: expected ${width}x${height} twice, got ${render.width}x${render.height}`);
  }
  const data = new Uint8ClampedArray(truth.data.length);
  let squares = 0;
  for (let i = 0; i < data.length; i += 4) {
    let sum = 0;
    for (let c = 0; c < 3; c++) {
      const difference = (render.data[i + c] - truth.data[i + c]) / 255;
      sum += Math.abs(difference);
      squares += difference * difference;
    }
    data.set([...rampColour(sum / 3), 255], i);
  }
  const psnr = Math.min(99, -10 * Math.log10(squares / (0.75 * data.length)));
  return { picture: { width, height, data }, psnr };
}
