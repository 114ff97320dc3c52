// What a painting is made by: which technique, how many steps, on what schedule, with how much content; and that it is
// whole, whatever was asked for.

import { describe, expect, it } from 'vitest';
import type { Picture } from '../../../src/scene/types.ts';
import { PRESETS } from '../../../src/session/presets.ts';
import { learningRateAt, RECIPES, type RecipeOptions, resolveRecipe } from '../../../src/style/recipe.ts';
import { PAINTING_LOSS } from '../../../src/style/style-config.ts';

const preset = PRESETS.standard.style;
const asked = (options: Partial<RecipeOptions> = {}): RecipeOptions => ({
  loss: PAINTING_LOSS,
  styles: [],
  ...options,
});

/** Half of it paper, or none. */
function picture(paper: boolean): Picture {
  const data = Uint8ClampedArray.from({ length: 4 * 64 * 64 }, (_, i) =>
    paper && i < 2 * 64 * 64 ? 255 : i % 4 === 3 ? 255 : (i * 7919) % 256,
  );
  return { width: 64, height: 64, data };
}

describe('the recipe of a painting', () => {
  it('is strokes by the preset where nothing else is asked', () => {
    expect(resolveRecipe(asked(), preset)).toEqual({
      ...RECIPES.strokes,
      technique: 'strokes',
      steps: preset.steps,
      losses: PAINTING_LOSS,
      contentLayers: ['relu3_1', 'relu3_2', 'relu3_3'],
      brush: 1,
      styleScale: preset.styleScale,
      viewSide: preset.viewSide,
      colours: 'linear',
      keepColours: false,
    });
  });

  it('brings the palette in where it is asked for, but not where colours alone are to change', () => {
    expect(resolveRecipe(asked({ colours: 'palette' }), preset).colours).toBe('palette');
    expect(resolveRecipe(asked({ colours: 'palette', photorealistic: true }), preset).colours).toBe('linear');
    expect(resolveRecipe(asked({ colours: 'palette', keepColours: true }), preset)).toMatchObject({
      colours: 'kept',
      keepColours: true,
    });
  });

  it('takes what is asked for: steps, brush, colours, losses', () => {
    const recipe = resolveRecipe(asked({ steps: 7, brush: 0.5, keepColours: true, loss: 'gram' }), preset);
    expect(recipe).toMatchObject({ steps: 7, brush: 0.5, keepColours: true, losses: [{ name: 'gram', weight: 1 }] });
    expect(recipe.contentLayers).toEqual(['relu4_1']);
    expect(resolveRecipe(asked({ instant: true, steps: 7 }), preset).steps).toBe(7);
    expect(resolveRecipe(asked({ steps: 0 }), preset).steps).toBe(preset.steps);
  });

  it('paints larger views with the style at the size that it has, and never smaller than they are', () => {
    const quick = PRESETS.quick.style;
    const of = (viewSide: number) => {
      const recipe = resolveRecipe(asked({ viewSide }), quick);
      return [recipe.viewSide, recipe.styleScale];
    };
    expect(of(0)).toEqual([quick.viewSide, quick.styleScale]);
    expect(of(288)).toEqual([288, (quick.styleScale * quick.viewSide) / 288]);
    expect(of(1024)).toEqual([1024, 1]);
    expect(of(96)).toEqual([96, 2 * quick.styleScale]);
  });

  it('needs a loss', () => {
    expect(() => resolveRecipe(asked({ loss: [] }), preset)).toThrow('expected at least one, found none');
  });

  it('paints colours alone by the coarsest level, and in few steps where it is to be instant too', () => {
    const loss = 'gram' as const;
    const slow = resolveRecipe(asked({ photorealistic: true, loss }), preset);
    expect(slow).toMatchObject({ technique: 'photorealistic', cellsPerPixel: 0, weightShare: 0, contentWeight: 0.3 });
    expect(slow).toMatchObject({ steps: preset.steps, learningRate: 0.04, warmup: 4 });
    const fast = resolveRecipe(asked({ photorealistic: true, instant: true, loss }), preset);
    const { steps, learningRate, warmup } = RECIPES.instant;
    expect(fast).toEqual({ ...slow, steps, learningRate, warmup });
  });

  it('holds content as the user scales it, and the more, the barer the style is where places are matched', () => {
    const weight = (options: Partial<RecipeOptions>) => resolveRecipe(asked(options), preset).contentWeight;
    const [bare, full] = [picture(true), picture(false)].map((each) => ({ picture: each, weight: 1 }));
    expect(weight({ contentWeight: 2 })).toBe(0.2);
    expect(weight({ styles: [full] })).toBeCloseTo(0.1, 10);
    expect(weight({ styles: [bare] })).toBeCloseTo(0.3, 10);
    expect(weight({ styles: [bare, full] })).toBeCloseTo(0.2, 10);
    expect(weight({ styles: [bare], loss: 'gram' })).toBe(0.1);
    expect(weight({ styles: [bare], photorealistic: true })).toBe(0.3);
  });

  it('is a quarter of the steps at most for an instant style, of the same stroke size, and settles within them', () => {
    for (const { style } of Object.values(PRESETS)) {
      const recipe = resolveRecipe(asked({ instant: true }), style);
      expect(recipe.steps).toBeLessThanOrEqual(style.steps / 4);
      expect(recipe.styleScale).toBe(style.styleScale);
      const rates = Array.from({ length: recipe.steps }, (_, step) => learningRateAt(recipe, step));
      expect(rates[recipe.steps - 1]).toBeCloseTo(0.1 * recipe.learningRate, 10);
      // Warm within the first eighth: of few steps none is to be lost.
      expect(Math.max(...rates.slice(0, recipe.steps / 8))).toBeGreaterThan(0.6 * recipe.learningRate);
    }
  });
});

describe('a painting that ends by the clock', () => {
  const recipe = { ...RECIPES.strokes, steps: 100 };

  it('settles by the clock, however few steps that gives it', () => {
    expect(learningRateAt(recipe, 20, 1)).toBeCloseTo(recipe.finalLearningRate * recipe.learningRate, 10);
    const half = 0.5 * (1 + recipe.finalLearningRate) * recipe.learningRate;
    expect(learningRateAt(recipe, 20, 0.5)).toBeCloseTo(half, 10);
  });

  it('settles by its steps where those run out first', () => {
    for (const step of [2, 30, 70, 99]) expect(learningRateAt(recipe, step, 0.01)).toBe(learningRateAt(recipe, step));
  });
});
