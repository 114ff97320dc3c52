// CPU reference of patch NNFM: features [C, H, W] unfolded to 3x3 patches [9 C, H W] with zeros beyond the edge, then
// NNFM, and its gradient folded back.

import { type LossResult, nnfm } from './nnfm.ts';

interface Planes {
  data: Float64Array;
  height: number;
  width: number;
}

export function patch(features: Planes, style: Planes, channels: number): LossResult {
  const { value, d } = nnfm(unfold(features, channels), unfold(style, channels), 9 * channels);
  const { height, width } = features;
  const folded = new Float64Array(features.data.length);
  overPatches(height, width, channels, (from, to) => {
    folded[from] += d[to];
  });
  return { value, d: folded };
}

function unfold({ data, height, width }: Planes, channels: number): Float64Array {
  const patches = new Float64Array(9 * data.length);
  overPatches(height, width, channels, (from, to) => {
    patches[to] = data[from];
  });
  return patches;
}

function overPatches(height: number, width: number, channels: number, visit: (from: number, to: number) => void) {
  const pixels = height * width;
  for (let c = 0; c < channels; c++) {
    for (let k = 0; k < 9; k++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const [fromX, fromY] = [x + (k % 3) - 1, y + Math.floor(k / 3) - 1];
          if (fromX < 0 || fromY < 0 || fromX >= width || fromY >= height) continue;
          visit(c * pixels + fromY * width + fromX, (9 * c + k) * pixels + y * width + x);
        }
      }
    }
  }
}
