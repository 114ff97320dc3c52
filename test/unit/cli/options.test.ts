// What options accept, and the one sentence that each gives otherwise.

import { describe, expect, it } from 'vitest';
import {
  colours,
  decimal,
  frameRate,
  losses,
  oneOf,
  preset,
  size,
  style,
  weighted,
  wholeNumber,
} from '../../../src/cli/options.ts';
import { paintingOf, topLayer } from '../../../src/cli/painting-options.ts';
import { holdoutOf } from '../../../src/cli/scene-options.ts';
import { frameSize } from '../../../src/cli/views.ts';
import { evenly } from '../../../src/scene/evenly.ts';
import type { Scene } from '../../../src/scene/types.ts';

describe('options', () => {
  it('reads whole numbers in their range', () => {
    const steps = wholeNumber('--steps', 1);
    expect(steps('900')).toBe(900);
    for (const bad of ['0', '-1', '1.5', '1e3', '', 'ten', '99999999999'])
      expect(() => steps(bad), bad).toThrow(`--steps: expected a whole number from 1, found '${bad}'`);
    expect(() => wholeNumber('--downscale', 1, 64)('65')).toThrow('from 1 to 64');
  });

  it('reads decimals in their range', () => {
    expect(decimal('--strength', 0, 1)('0')).toBe(0);
    expect(decimal('--seconds', 0, Number.POSITIVE_INFINITY)('2.5')).toBe(2.5);
    for (const bad of ['1.01', '-0.1', 'NaN', '', ' '])
      expect(() => decimal('--strength', 0, 1)(bad), bad).toThrow('--strength: expected a number from 0 to 1');
    for (const bad of ['0', 'Infinity'])
      expect(() => decimal('--seconds', 0, Number.POSITIVE_INFINITY)(bad), bad).toThrow('a number above 0');
  });

  it('reads frame rates as numbers and ratios', () => {
    expect(frameRate('--fps', 1, 240)('24000/1001')).toBe(24_000 / 1001);
    expect(frameRate('--fps', 1, 240)('30')).toBe(30);
    for (const bad of ['0', '1/0', '241', '', 'film', '-24'])
      expect(() => frameRate('--fps', 1, 240)(bad), bad).toThrow('--fps: expected a number or a ratio from 1 to 240');
  });

  it('reads names and sizes', () => {
    expect(preset('quick')).toBe('quick');
    expect(() => preset('fast')).toThrow("--preset: expected quick or standard or max, found 'fast'");
    expect(() => oneOf('--x', ['constructor'])('toString')).toThrow();
    expect(size('--size')('640x360')).toEqual([640, 360]);
    for (const bad of ['640', '641x360', '8x8', '5000x100', 'x', '640x360x3', '-2x16'])
      expect(() => size('--size')(bad), bad).toThrow('--size: expected WxH');
  });

  it('reads styles with and without weights', () => {
    expect(style('a.jpg')).toEqual([{ path: 'a.jpg', weight: 1 }]);
    expect(style('b.jpg:0.3', style('a.jpg:0.7'))).toEqual([
      { path: 'a.jpg', weight: 0.7 },
      { path: 'b.jpg', weight: 0.3 },
    ]);
    expect(style('C:\\pictures\\a.jpg')).toEqual([{ path: 'C:\\pictures\\a.jpg', weight: 1 }]);
    expect(style('C:\\a.jpg:2')).toEqual([{ path: 'C:\\a.jpg', weight: 2 }]);
    expect(style('10:30 sky.jpg')).toEqual([{ path: '10:30 sky.jpg', weight: 1 }]);
    for (const bad of ['a.jpg:0', 'a.jpg:-1', 'a.jpg:1x', 'a.jpg:101'])
      expect(() => style(bad), bad).toThrow('--style: expected a weight above 0');
    expect(weighted('--style-file', 'a style file')('x.style.impasto:.5')).toEqual([
      { path: 'x.style.impasto', weight: 0.5 },
    ]);
    expect(() => style('')).toThrow("--style: expected a picture file, or file:weight, found ''");
  });
});

describe('losses', () => {
  it('reads one, or several with weights', () => {
    expect(losses('gram')).toEqual([{ name: 'gram', weight: 1 }]);
    expect(losses('nnfm:1, gram:0.3,patch')).toEqual([
      { name: 'nnfm', weight: 1 },
      { name: 'gram', weight: 0.3 },
      { name: 'patch', weight: 1 },
    ]);
  });

  it('refuses what is none, in one sentence', () => {
    for (const bad of ['', 'mse', 'nnfm:0', 'nnfm:-1', 'nnfm:x', 'nnfm:', 'nnfm:1:2', 'nnfm,,gram'])
      expect(() => losses(bad), bad).toThrow(/^--loss: expected nnfm, remd, patch, attention, gram, adain or several/);
    expect(() => losses('nnfm:1,nnfm:2')).toThrow('each once');
  });

  it('takes what becomes of the colours by name', () => {
    expect(paintingOf({ brush: 1, colours: colours('linear') })).toMatchObject({ colours: 'linear' });
    expect(paintingOf({ brush: 1 }).colours).toBeUndefined();
    expect(() => paintingOf({ colours: 'palette', keepColours: true })).toThrow('--colours: expected kept');
    expect(() => paintingOf({ colours: 'palette', photorealistic: true })).toThrow('expected linear or kept');
    expect(paintingOf({ colours: 'kept', keepColours: true })).toMatchObject({ colours: 'kept' });
    expect(() => colours('blue')).toThrow("--colours: expected palette, linear, kept, found 'blue'");
  });

  it('passes on that a style is to be instant', () => {
    expect(paintingOf({ brush: 1, instant: true })).toMatchObject({ instant: true, brush: 1 });
  });

  it('takes statistics where nothing is to be matched', () => {
    expect(paintingOf({ brush: 1 }).loss).toEqual([
      { name: 'nnfm', weight: 1 },
      { name: 'gram', weight: 0.3 },
    ]);
    expect(paintingOf({ brush: 1, photorealistic: true }).loss).toEqual([{ name: 'gram', weight: 1 }]);
    expect(topLayer({ brush: 1, loss: losses('nnfm,gram:.1') })).toBe('relu5_1');
    expect(topLayer({ brush: 1 })).toBe('relu5_1');
    expect(topLayer({ brush: 1, loss: losses('nnfm') })).toBe('relu4_1');
  });
});

describe('views', () => {
  const scene = (width: number, height: number) => ({ train: [{ camera: { width, height } }] }) as unknown as Scene;

  it('makes frames even, in the shape of the photographs', () => {
    expect(frameSize(scene(135, 241))).toEqual([136, 242]);
    expect(frameSize(scene(1080, 1920), 320)).toEqual([180, 320]);
    expect(frameSize(scene(1000, 1))).toEqual([1000, 16]);
  });

  it('spreads a choice from first to last', () => {
    expect(evenly([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4, 'ends')).toEqual([0, 3, 6, 9]);
    expect(evenly([1, 2], 4, 'ends')).toEqual([1, 2]);
    expect(evenly([1, 2, 3], 1, 'ends')).toEqual([1]);
  });

  it('tells from the views of a checkpoint which were held out', () => {
    const names = Array.from({ length: 20 }, (_, i) => `images/${String(i).padStart(4, '0')}.jpg`);
    for (const every of [2, 3, 8, 19]) {
      const test = names.filter((_, i) => i % every === 0);
      const train = names.filter((_, i) => i % every !== 0);
      expect(holdoutOf(train, test)).toBe(every);
    }
    expect(holdoutOf(names, [])).toBe(0);
    expect(holdoutOf(names.slice(1), names.slice(0, 1))).toBe(20);
  });
});
