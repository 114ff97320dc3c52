// Pictures of bytes and colours of 0..1, each from the other.

import { describe, expect, it } from 'vitest';
import { beside, pictureFromRgb, rgbOver } from '../../../src/scene/picture.ts';

describe('a picture', () => {
  it('rounds and clips colours', () => {
    const { data } = pictureFromRgb(Float32Array.of(-1, 0.5, 2, 0.1, 1, 0.999), 2, 1);
    expect([...data]).toEqual([0, 128, 255, 255, 26, 255, 255, 255]);
  });

  it('lies over a background by its alpha', () => {
    const data = Uint8ClampedArray.of(255, 0, 51, 255, 9, 9, 9, 0, 255, 0, 0, 102);
    const rgb = rgbOver({ width: 3, height: 1, data }, [0, 1, 0.5]);
    expect(rgb).toBeAllclose(Float32Array.of(1, 0, 0.2, 0, 1, 0.5, 0.4, 0.6, 0.3), { absolute: 1e-6 });
  });

  it('comes back from its colours as it was', () => {
    const data = Uint8ClampedArray.from({ length: 256 * 4 }, (_, i) => (i % 4 === 3 ? 255 : i >> 2));
    const picture = { width: 16, height: 16, data };
    expect(pictureFromRgb(rgbOver(picture, [1, 0, 1]), 16, 16)).toEqual(picture);
  });

  it('stands beside others', () => {
    const [a, b] = [10, 20].map((level) => pictureFromRgb(new Float32Array(3 * 2).fill(level / 255), 1, 2));
    expect([...beside([a, b]).data]).toEqual([10, 10, 10, 255, 20, 20, 20, 255, 10, 10, 10, 255, 20, 20, 20, 255]);
  });
});
