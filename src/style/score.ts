// How far pictures are from a style: the mean of a style loss over them, with the style at the scale that training
// gives it. Reports carry it as `start` (recoloured field) and `end` (painted).

import type { Gpu } from '../gpu/device.ts';
import { Recorder } from '../gpu/recorder.ts';
import { Tensor } from '../gpu/tensor.ts';
import type { Picture } from '../scene/types.ts';
import { lossNamed, type StyleLossName } from './losses/index.ts';
import { layersOf, type StyleTerm } from './losses/style-term.ts';
import { RECIPES } from './recipe.ts';
import { pictureTensor } from './style-image.ts';
import { styleTermOf } from './style-stage.ts';
import type { FeatureExtractor, FeatureNetwork } from './types.ts';

export interface ScoreOptions {
  /** As the pictures were painted with; the style is scaled by both. Default 1 each. */
  brush?: number;
  styleScale?: number;
  /** Columns of the style that are searched, at most. Default: as for painting. */
  maxStyleColumns?: number;
}

/** Behind pictures that are transparent: as the Blender scenes are shown. */
const BACKGROUND = [1, 1, 1];

/**
 * Mean distance of the pictures to the style under one loss (cosines 0..2, Gram and AdaIN relative to it), unweighted.
 * @param style its picture, or its pictures
 * @param pictures rendered views, [H, W, 3] tensors (sRGB 0..1, not freed here) or pictures, at their own sizes
 */
export async function styleDistance(
  gpu: Gpu,
  network: FeatureNetwork,
  pictures: readonly (Tensor | Picture)[],
  style: Picture | readonly Picture[],
  metric: StyleLossName,
  options: ScoreOptions = {},
): Promise<number> {
  if (pictures.length === 0) throw new Error('styleDistance: expected at least one picture, found none');
  const { brush = 1, styleScale = 1, maxStyleColumns = RECIPES.strokes.maxStyleColumns } = options;
  const pictured = 'data' in style ? [style] : style;
  const layers = layersOf(network, lossNamed(metric).styleLayers);
  const value = Tensor.zeros(gpu.device, 'styleDistance.value', [1]);
  const bySize = new Map<string, { extractor: FeatureExtractor; term: StyleTerm }>();
  try {
    for (const picture of pictures) {
      const given = picture instanceof Tensor;
      const image = given ? picture : pictureTensor(gpu, picture, picture, BACKGROUND);
      const [height, width] = image.shape;
      const key = `${width}x${height}`;
      let judge = bySize.get(key);
      if (!judge) {
        const longSide = Math.max(width, height) * styleScale;
        judge = {
          extractor: await network.extractor(height, width, layers),
          term: await styleTermOf(gpu, network, pictured, longSide, metric, { brush, maxStyleColumns }),
        };
        bySize.set(key, judge);
      }
      const { extractor, term } = judge;
      const rec = new Recorder(gpu, 'styleDistance');
      extractor.forward(rec, image);
      // The gradients land in this extractor's own dFeatures, which nobody reads.
      term.evaluate(rec, extractor.features, 1, extractor.dFeatures, value);
      rec.submit();
      if (!given) image.destroy();
    }
    return (await value.readF32())[0] / pictures.length;
  } finally {
    for (const { extractor, term } of bySize.values()) {
      extractor.destroy();
      term.destroy();
    }
    value.destroy();
  }
}
