// Which fields ship, how long each is trained, in which styles each is painted, and how large.

import type { PresetName } from '../../src/session/presets.ts';
import type { Background, StyleLossChoice } from '../../src/session/types.ts';
import { PAINTING_LOSS } from '../../src/style/style-config.ts';

export interface StyleRecipe {
  /** Name in assets/styles/index.json. */
  style: string;
  steps: number;
  loss: StyleLossChoice;
  brush: number;
  /** Long side of the painted views, pixels. */
  viewSide: number;
}

export interface FieldRecipe {
  /** Name in assets/scenes/index.json. */
  scene: string;
  preset: PresetName;
  /** 2: 192 x 192 pictures, as the page loads them on slow adapters; 1: as they are, 384 x 384. */
  downscale: 1 | 2;
  steps: number;
  /** What shows where a ray slips through: as dark or light as the scene. */
  background: Background;
  styles: StyleRecipe[];
}

const style = (name: string, more: Partial<StyleRecipe> = {}): StyleRecipe => ({
  style: name,
  steps: 64,
  loss: PAINTING_LOSS,
  brush: 1,
  viewSide: 288,
  ...more,
});

/** The page opens with the first. */
export const RECIPES: readonly FieldRecipe[] = [
  {
    scene: 'boat',
    preset: 'quick',
    downscale: 2,
    steps: 5000,
    background: 'white',
    styles: [style('harbour-knife'), style('great-swell'), style('lake-watercolour')],
  },
  {
    scene: 'courtyard',
    preset: 'quick',
    downscale: 2,
    steps: 2000,
    background: 'white',
    styles: [style('haystack-pastel'), style('guitar-facets'), style('river-points')],
  },
  {
    scene: 'still-life',
    preset: 'quick',
    downscale: 2,
    steps: 2000,
    background: 'black',
    styles: [style('rose-window'), style('night-river'), style('fish-mosaic'), style('pine-woodcut')],
  },
];
