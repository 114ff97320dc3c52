// What options may say, each read by one small function that throws an InputError naming the option. Ranges are
// written here once; commander is given these as parsers.

import { inputError } from '../errors.ts';
import { parseFrameRate } from '../export/frame-rate.ts';
import { PRESET_NAMES } from '../session/presets.ts';
import type { Background } from '../session/types.ts';
import { COLOUR_CHOICES, type ColourChoice } from '../style/palette.ts';
import { STYLE_LOSSES, type StyleLossName, type WeightedLoss } from '../style/style-config.ts';

type Parser<T> = (text: string) => T;

const wrong = (option: string, expected: string, text: string) => inputError(option, null, expected, `'${text}'`);

export function wholeNumber(option: string, low: number, high = 2 ** 31): Parser<number> {
  const expected = high === 2 ** 31 ? `a whole number from ${low}` : `a whole number from ${low} to ${high}`;
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= low && value <= high)) throw wrong(option, expected, text);
    return value;
  };
}

export function decimal(option: string, low: number, high: number): Parser<number> {
  const expected = high === Number.POSITIVE_INFINITY ? `a number above ${low}` : `a number from ${low} to ${high}`;
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    const inside = high === Number.POSITIVE_INFINITY ? value > low && value < high : value >= low && value <= high;
    if (!inside) throw wrong(option, expected, text);
    return value;
  };
}

/** Frames a second: a number, or a ratio like 24000/1001. */
export function frameRate(option: string, low: number, high: number): Parser<number> {
  return (text) => {
    const value = parseFrameRate(text);
    if (!(value >= low && value <= high)) throw wrong(option, `a number or a ratio from ${low} to ${high}`, text);
    return value;
  };
}

export function oneOf<T extends string>(option: string, names: readonly T[]): Parser<T> {
  return (text) => {
    if (!names.includes(text as T)) throw wrong(option, names.join(' or '), text);
    return text as T;
  };
}

export const preset = oneOf('--preset', PRESET_NAMES);

export type BackgroundOption = Background | 'random';
export const background = oneOf<BackgroundOption>('--background', ['white', 'black', 'random']);

/** Training draws a background for each ray whatever is said; this is what shows afterwards. */
export const shownBackground = (name: BackgroundOption | undefined): Background | undefined =>
  name === 'random' ? 'white' : name;

export const BACKGROUND_HELP =
  'behind transparent photographs once trained: white or black; training draws it at random (random: shown white)';

/** Picture sizes of videos and frames: even, as H.264 asks. */
export function size(option: string): Parser<[number, number]> {
  return (text) => {
    const [, w, h] = /^(\d+)x(\d+)$/i.exec(text) ?? [];
    const fits = (n: number) => n >= 16 && n <= 4096 && n % 2 === 0;
    if (!fits(Number(w)) || !fits(Number(h)))
      throw wrong(option, 'WxH, both even and from 16 to 4096, like 640x360', text);
    return [Number(w), Number(h)];
  };
}

export interface StyleArgument {
  path: string;
  weight: number;
}

/** `a.jpg` or `a.jpg:0.7`; gathers repeated options in a list. @param what the file is, in words */
export function weighted(option: string, what: string) {
  return (text: string, before: StyleArgument[] = []): StyleArgument[] => {
    const [, path, weightText] = /^(.+?)(?::([^:\\/]*))?$/.exec(text) ?? [];
    if (!path) throw wrong(option, `${what}, or file:weight`, text);
    // A drive letter or a name with a colon in it is a path unless a number follows.
    const isPath = weightText === undefined || !/^-?[\d.]+[a-z]?$/i.test(weightText);
    if (isPath) return [...before, { path: text, weight: 1 }];
    const weight = Number(weightText);
    if (!(weight > 0 && weight <= 100)) throw wrong(option, 'a weight above 0 after the colon', text);
    return [...before, { path, weight }];
  };
}

export const style = weighted('--style', 'a picture file');

/** `nnfm`, or several with weights: `nnfm:1,gram:0.3`. The first is the main one. */
export function losses(text: string): readonly WeightedLoss[] {
  const expected = `${STYLE_LOSSES.join(', ')} or several with weights, like nnfm:1,gram:0.3`;
  const found = text.split(',').map((part) => {
    const [name, weightText = '1', ...rest] = part.trim().split(':');
    const weight = weightText.trim() === '' ? Number.NaN : Number(weightText);
    const known = STYLE_LOSSES.includes(name as StyleLossName) && rest.length === 0;
    if (!known || !(weight > 0 && weight <= 1000)) throw wrong('--loss', expected, text);
    return { name: name as StyleLossName, weight };
  });
  if (new Set(found.map(({ name }) => name)).size < found.length) throw wrong('--loss', `${expected}, each once`, text);
  return found;
}

/** What becomes of the scene's colours. */
export function colours(text: string): ColourChoice {
  const choice = COLOUR_CHOICES.find((name) => name === text);
  if (!choice) throw wrong('--colours', COLOUR_CHOICES.join(', '), text);
  return choice;
}
