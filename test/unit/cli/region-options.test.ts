// What --region and --region-at say, read before anything is opened.

import { describe, expect, it } from 'vitest';
import { region, regionAt } from '../../../src/cli/regions.ts';

describe('--region', () => {
  it('is a mask, maybe a view, and a style, maybe with its strength', () => {
    expect(region('m.png=a.jpg')).toEqual([{ place: { mask: 'm.png' }, view: null, style: 'a.jpg', strength: 1 }]);
    expect(region('m.png@train/r_3.png=some/a.jpg:0.4')).toEqual([
      { place: { mask: 'm.png' }, view: 'train/r_3.png', style: 'some/a.jpg', strength: 0.4 },
    ]);
    expect(region('x=y.png=none')).toEqual([{ place: { mask: 'x=y.png' }, view: null, style: null, strength: 1 }]);
    expect(region('m.png=C:\\a.jpg')[0].style).toBe('C:\\a.jpg');
    expect(region('b.png=none', region('a.png=none'))).toHaveLength(2);
  });

  it.each(['m.png', '=a.jpg', 'm.png=', 'm.png=a.jpg:1.5', 'm.png=a.jpg:-0.1'])('refuses %s', (text) => {
    expect(() => region(text)).toThrow(/^--region: expected/);
  });
});

describe('--region-at', () => {
  it('is a pixel, maybe a tolerance and a view, and a style', () => {
    expect(regionAt('12,30=none')[0].place).toEqual({ x: 12, y: 30, tolerance: 0.2 });
    expect(regionAt('12.5,30,0.6@b.png=a.jpg:0')).toEqual([
      { place: { x: 12.5, y: 30, tolerance: 0.6 }, view: 'b.png', style: 'a.jpg', strength: 0 },
    ]);
  });

  it.each(['12=none', 'a,b=none', '1,2,3=none', '1,2,0.3,4=none', '-1,2=none', '1,=none'])('refuses %s', (text) => {
    expect(() => regionAt(text)).toThrow(/^--region-at: expected/);
  });
});
