// The share of a change of colour that is locally affine: all of a recolouring that is, little of strokes.

import { describe, expect, it } from 'vitest';
import { affineFit } from '../../../src/metrics/affine-fit.ts';
import { pattern } from '../../reference/pattern.ts';

const [W, H] = [40, 31];
const original = Float32Array.from(pattern(W * H * 3, 1));

describe('affineFit', () => {
  it('is 1 for the picture itself, and for any affine map of its colours that drifts over the picture', () => {
    expect(affineFit(original, original, W, H)).toBeGreaterThan(0.999);
    const drifting = original.map((_, i) => {
      const p = Math.floor(i / 3);
      const [r, g, b] = original.subarray(3 * p, 3 * p + 3);
      const place = (p % W) / W;
      return [0.5 * g + 0.3 * place, 0.2 * r - (0.4 + 0.05 * place) * b, 0.9 - 0.5 * r][i % 3];
    });
    expect(affineFit(original, drifting, W, H)).toBeGreaterThan(0.99);
  });

  it('is near 0 for what has nothing to do with the picture', () => {
    const other = Float32Array.from(pattern(W * H * 3, 2));
    // Four free numbers a channel explain about 3 of the 48 degrees of freedom of noise.
    expect(affineFit(original, other, W, H)).toBeLessThan(0.12);
    const flat = new Float32Array(W * H * 3).fill(0.4);
    expect(affineFit(flat, other, W, H)).toBeLessThan(1e-3);
  });

  it('falls with the strokes that are laid over', () => {
    const noise = pattern(W * H * 3, 3);
    const fits = [0, 0.1, 0.3, 1].map((amount) =>
      affineFit(
        original,
        original.map((v, i) => v + amount * (noise[i] - 0.5)),
        W,
        H,
      ),
    );
    expect(fits).toEqual([...fits].sort((a, b) => b - a));
    expect(fits[1]).toBeGreaterThan(0.95);
    expect(fits[3]).toBeLessThan(0.65);
  });

  it('is 1 where nothing varies', () => {
    const flat = new Float32Array(W * H * 3).fill(0.7);
    expect(affineFit(original, flat, W, H)).toBe(1);
  });
});
