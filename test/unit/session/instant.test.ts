// How many steps a painting takes, and on what schedule: as asked, else instant or the preset's.

import { describe, expect, it } from 'vitest';
import { paceOf } from '../../../src/session/instant.ts';
import { PRESETS } from '../../../src/session/presets.ts';
import { DEFAULT_STYLE_CONFIG, learningRateAt } from '../../../src/style/style-config.ts';

describe('the pace of a painting', () => {
  it("is the preset's where nothing is asked", () => {
    const { steps, styleScale } = PRESETS.standard.style;
    expect(paceOf({}, PRESETS.standard)).toEqual({ steps, config: { styleScale } });
  });

  it('is a quarter of it at most for an instant style, of the same stroke size, and settles within these steps', () => {
    for (const preset of Object.values(PRESETS)) {
      const { steps, config } = paceOf({ instant: true }, preset);
      expect(steps).toBeLessThanOrEqual(preset.style.steps / 4);
      expect(config.styleScale).toBe(preset.style.styleScale);
      const schedule = { ...DEFAULT_STYLE_CONFIG, ...config, steps };
      const rates = Array.from({ length: steps }, (_, step) => learningRateAt(schedule, step));
      expect(rates[steps - 1]).toBeCloseTo(0.1 * schedule.learningRate, 10);
      // Warm within the first eighth: of few steps none is to be lost.
      expect(Math.max(...rates.slice(0, steps / 8))).toBeGreaterThan(0.6 * schedule.learningRate);
    }
  });

  it('takes the steps that are asked for, instant or not', () => {
    for (const instant of [true, false]) expect(paceOf({ instant, steps: 7 }, PRESETS.quick).steps).toBe(7);
  });
});

describe('a painting that ends by the clock', () => {
  const config = { ...DEFAULT_STYLE_CONFIG, steps: 100 };

  it('settles by the clock, however few steps that gives it', () => {
    expect(learningRateAt(config, 20, 1)).toBeCloseTo(config.finalLearningRate * config.learningRate, 10);
    const half = 0.5 * (1 + config.finalLearningRate) * config.learningRate;
    expect(learningRateAt(config, 20, 0.5)).toBeCloseTo(half, 10);
  });

  it('settles by its steps where those run out first', () => {
    for (const step of [2, 30, 70, 99]) expect(learningRateAt(config, step, 0.01)).toBe(learningRateAt(config, step));
  });
});
