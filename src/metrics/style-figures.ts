// What is told of a painting side by side, since no one number of these can be bettered by a worse picture alone:
// forward and backward distance of features, distance of palettes, and detail beside the style's. docs/styles.md says
// what each means.

import type { Gpu } from '../gpu/device.ts';
import { Recorder } from '../gpu/recorder.ts';
import { Tensor } from '../gpu/tensor.ts';
import type { Picture } from '../scene/types.ts';
import { RemdLoss } from '../style/losses/remd.ts';
import { layersOf } from '../style/losses/style-term.ts';
import { pictureTensor, styleTensor } from '../style/style-image.ts';
import type { FeatureExtractor, FeatureNetwork, LayerName } from '../style/types.ts';
import { octaveEnergies } from './octaves.ts';
import { paletteDistance } from './palette-distance.ts';

export interface StyleFigures {
  /** Mean over the pictures' features of 1 - cosine to their nearest of the style: is every place like some of it? */
  forward: number;
  /** Mean over the style's features of 1 - cosine to their nearest in any of the pictures: is each of its marks there? */
  backward: number;
  /** Sliced Wasserstein distance of colours, sRGB 0..1. */
  palette: number;
  /** Energy of the three finest octaves, finest first, as multiples of the style's at the size that it is painted at. */
  detail: [number, number, number];
}

/** With what the bench holds against another picture. */
export interface DetailedFigures extends StyleFigures {
  /** Cosine of each of the style's features to its nearest in any of the pictures. [J] */
  columns: Float32Array;
}

/** Figures of a mix: those against each of its styles, by weight. */
export class WeightedFigures {
  sum: StyleFigures = { forward: 0, backward: 0, palette: 0, detail: [0, 0, 0] };

  add({ forward, backward, palette, detail }: StyleFigures, weight: number): void {
    const { sum } = this;
    this.sum = {
      forward: sum.forward + weight * forward,
      backward: sum.backward + weight * backward,
      palette: sum.palette + weight * palette,
      detail: sum.detail.map((v, k) => v + weight * detail[k]) as [number, number, number],
    };
  }
}

/** In words, side by side: `forward .21 to .19, backward ...`. */
export function figuresInWords(before: StyleFigures, after: StyleFigures): string {
  const told = (name: string, from: number, to: number) => `${name} ${from.toFixed(3)} to ${to.toFixed(3)}`;
  const octaves = ({ detail }: StyleFigures) => detail.map((v) => v.toFixed(2)).join(' ');
  return [
    told('forward', before.forward, after.forward),
    told('backward', before.backward, after.backward),
    told('palette', before.palette, after.palette),
    `detail ${octaves(before)} to ${octaves(after)} of the style's`,
  ].join(', ');
}

const LAYERS: readonly LayerName[] = ['relu3_1', 'relu3_2', 'relu3_3'];
/** Columns of a style that are looked for, at most, all its pictures together. */
const COLUMNS = 2048;
/** Colours that palettes are told by, at most: every so manyth pixel. */
const COLOURS = 20_000;

/**
 * @param pictures rendered views, [H, W, 3] tensors (sRGB 0..1, not freed here) or pictures, at their own sizes
 * @param style its pictures, at least one
 * @param options brush and scale of the style that the pictures were painted with
 */
export async function styleFigures(
  gpu: Gpu,
  network: FeatureNetwork,
  pictures: readonly (Tensor | Picture)[],
  style: readonly Picture[],
  { brush = 1, styleScale = 1 }: { brush?: number; styleScale?: number } = {},
): Promise<DetailedFigures> {
  if (pictures.length === 0) throw new Error('styleFigures: expected at least one picture, found none');
  const layers = layersOf(network, LAYERS);
  let judge: { longSide: number; search: RemdLoss; styles: Shown[] } | null = null;
  const extractors = new Map<string, FeatureExtractor>();
  const shown: Shown[] = [];
  let forward = 0;
  let columns: Float32Array | null = null;
  try {
    for (const picture of pictures) {
      const given = picture instanceof Tensor;
      const image = given ? picture : pictureTensor(gpu, picture, picture, [1, 1, 1]);
      const [height, width] = image.shape;
      const longSide = Math.max(width, height);
      // Views are of one size; of others the style would have to be searched at another scale.
      if (judge && judge.longSide !== longSide) throw new Error('styleFigures: expected pictures of one long side');
      judge ??= { longSide, ...(await styleSearch(gpu, network, layers, style, longSide * styleScale, brush)) };
      const key = `${width}x${height}`;
      let extractor = extractors.get(key);
      if (!extractor) extractors.set(key, (extractor = await network.extractor(height, width, layers)));
      const rec = new Recorder(gpu, 'styleFigures');
      extractor.forward(rec, image);
      rec.submit();
      const found = await judge.search.cosines(layers.map((layer) => extractor.features.get(layer)!));
      forward += 1 - mean(found.queries);
      const best: Float32Array = columns ?? found.columns;
      columns = best.map((cosine, j) => Math.max(cosine, found.columns[j]));
      shown.push({ rgb: await image.readF32(), width, height });
      if (!given) image.destroy();
    }
    const { styles } = judge!;
    const ofStyle = meanOctaves(styles);
    return {
      forward: forward / pictures.length,
      backward: 1 - mean(columns!),
      palette: paletteDistance(colours(shown), colours(styles)),
      detail: meanOctaves(shown).map((energy, k) => energy / Math.max(1e-12, ofStyle[k])) as [number, number, number],
      columns: columns!,
    };
  } finally {
    judge?.search.destroy();
    for (const extractor of extractors.values()) extractor.destroy();
  }
}

interface Shown {
  rgb: Float32Array;
  width: number;
  height: number;
}

/** All of a style's pictures, at the scale for this long side, as one bank. */
async function styleSearch(
  gpu: Gpu,
  network: FeatureNetwork,
  layers: readonly LayerName[],
  style: readonly Picture[],
  longSide: number,
  brush: number,
): Promise<{ search: RemdLoss; styles: Shown[] }> {
  const searches: RemdLoss[] = [];
  const styles: Shown[] = [];
  for (const picture of style) {
    const image = styleTensor(gpu, picture, longSide, brush);
    const [height, width] = image.shape;
    const extractor = await network.extractor(height, width, layers);
    try {
      const rec = new Recorder(gpu, 'styleFigures.style');
      extractor.forward(rec, image);
      rec.submit();
      const features = layers.map((layer) => extractor.features.get(layer)!);
      searches.push(await RemdLoss.create(gpu, features, { maxColumns: Math.ceil(COLUMNS / style.length) }));
      styles.push({ rgb: await image.readF32(), width, height });
    } finally {
      extractor.destroy();
      image.destroy();
    }
  }
  return { search: searches.length > 1 ? await RemdLoss.pooled(gpu, searches) : searches[0], styles };
}

function meanOctaves(pictures: readonly Shown[]): number[] {
  const energies = pictures.map(({ rgb, width, height }) => octaveEnergies(rgb, width, height));
  return energies[0].map((_, k) => mean(energies.map((octaves) => octaves[k])));
}

/** Every so manyth pixel of all pictures. [P, 3] */
function colours(pictures: readonly Shown[]): Float32Array {
  const pixels = pictures.reduce((sum, { rgb }) => sum + rgb.length / 3, 0);
  const every = Math.max(1, Math.ceil(pixels / COLOURS));
  const out: number[] = [];
  let next = 0;
  let before = 0;
  for (const { rgb } of pictures) {
    for (; next < before + rgb.length / 3; next += every)
      out.push(...rgb.subarray(3 * (next - before), 3 * (next - before) + 3));
    before += rgb.length / 3;
  }
  return Float32Array.from(out);
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
