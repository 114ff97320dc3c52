// Weights of a 3x3 convolution in Winograd's domain, F(4x4, 3x3): U = G g G^T, 36 numbers for each kernel of 9.
// Packed in the order that the product kernel reads it, so that a group of output channels is one run of memory. The gradient to the input is the same convolution with
// input and output channels exchanged and the kernel turned by 180 degrees.

/** Tiles that lie together in the transformed input, [36, blocks, C, TILE_BLOCK]. */
export const TILE_BLOCK = 32;

/** Pixels along a tile's side, and numbers per tile in the transformed domain. */
export const TILE = 4;
export const POSITIONS = 36;

const G = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
];

/**
 * Transforms and packs a convolution's weights.
 * @param weight [O, I, 3, 3]
 * @param direction 'backward' gives the weights of the gradient to the input: [I, O] turned
 * @param group output channels are made in groups of this many, the last filled up with zeros
 * @returns [36, padded / group, C, group] with C the channels that go in, padded those that come out
 */
export function packWinograd(
  weight: Float32Array,
  outChannels: number,
  inChannels: number,
  direction: 'forward' | 'backward',
  group: number,
): { data: Float32Array<ArrayBuffer>; depth: number; padded: number } {
  const forward = direction === 'forward';
  const depth = forward ? inChannels : outChannels;
  const made = forward ? outChannels : inChannels;
  const padded = Math.ceil(made / group) * group;
  const data = new Float32Array(POSITIONS * depth * padded);
  const half = new Float64Array(18); // G g, [6, 3]
  for (let o = 0; o < outChannels; o++) {
    for (let i = 0; i < inChannels; i++) {
      const base = (o * inChannels + i) * 9;
      for (let row = 0; row < 6; row++) {
        for (let column = 0; column < 3; column++) {
          let sum = 0;
          for (let k = 0; k < 3; k++) {
            const tap = 3 * k + column;
            sum += G[row][k] * weight[base + (forward ? tap : 8 - tap)];
          }
          half[3 * row + column] = sum;
        }
      }
      const [made, given] = forward ? [o, i] : [i, o];
      const at = (Math.floor(made / group) * depth + given) * group + (made % group);
      for (let row = 0; row < 6; row++) {
        const a = half[3 * row];
        const b = half[3 * row + 1];
        const c = half[3 * row + 2];
        for (let column = 0; column < 6; column++) {
          const g = G[column];
          data[(6 * row + column) * depth * padded + at] = a * g[0] + b * g[1] + c * g[2];
        }
      }
    }
  }
  return { data, depth, padded };
}
