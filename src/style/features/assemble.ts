// Turns named tensors ('conv1_1.weight', 'conv1_1.bias', ...) into a network: convolutions in order, with shapes
// that fit one another. Widths are free, and a network of our own may have blocks with fewer convolutions than
// VGG-19; every mismatch is told by tensor, expected and found.

import { inputError } from '../../errors.ts';
import type { ConvolutionWeights, NetworkWeights } from './network-weights.ts';
import { CONVOLUTIONS } from './topology.ts';

export interface NamedTensor {
  name: string;
  shape: readonly number[];
  data: Float32Array<ArrayBuffer>;
}

/**
 * @param tensors OIHW weights and biases for an RGB input, by our names
 * @param options rename gives a tensor's name in the file, for errors; shortBlocks allows blocks to end early
 * @throws InputError
 */
export function assembleNetwork(
  tensors: readonly NamedTensor[],
  about: Omit<NetworkWeights, 'convolutions'>,
  where: string,
  { rename = (name: string) => name, shortBlocks = false } = {},
): NetworkWeights {
  const byName = new Map(tensors.map((t) => [t.name, t]));
  const convolutions: ConvolutionWeights[] = [];
  let inChannels = 3;
  const lastPresent = CONVOLUTIONS.findLastIndex((name) => byName.has(`${name}.weight`));
  for (const name of CONVOLUTIONS.slice(0, Math.max(1, lastPresent + 1))) {
    if (shortBlocks && endsEarly(byName, name)) continue;
    const weight = take(byName, `${name}.weight`, where, rename);
    const [outChannels] = weight.shape;
    const expected = [outChannels, inChannels, 3, 3];
    if (weight.shape.length !== 4 || weight.shape.some((n, axis) => n !== expected[axis])) {
      throw inputError(
        `tensor '${rename(weight.name)}'`,
        where,
        `shape [O, ${inChannels}, 3, 3]`,
        `[${weight.shape.join(', ')}]`,
      );
    }
    const bias = take(byName, `${name}.bias`, where, rename);
    if (bias.shape.length !== 1 || bias.shape[0] !== outChannels) {
      throw inputError(`tensor '${rename(bias.name)}'`, where, `shape [${outChannels}]`, `[${bias.shape.join(', ')}]`);
    }
    convolutions.push({ name, outChannels, inChannels, weight: weight.data, bias: bias.data });
    inChannels = outChannels;
  }
  return { ...about, convolutions };
}

/** True where neither this convolution nor a later one of its block is there, the block's first aside. */
function endsEarly(tensors: Map<string, NamedTensor>, name: string): boolean {
  const rest = CONVOLUTIONS.filter((other) => other[4] === name[4] && other >= name);
  return !name.endsWith('_1') && rest.every((n) => !tensors.has(`${n}.weight`) && !tensors.has(`${n}.bias`));
}

function take(
  tensors: Map<string, NamedTensor>,
  name: string,
  where: string,
  rename: (name: string) => string,
): NamedTensor {
  const tensor = tensors.get(name);
  if (!tensor) throw inputError(`tensor '${rename(name)}'`, where, 'it to be there', 'none');
  const bad = tensor.data.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) throw inputError(`tensor '${rename(name)}'`, where, 'finite numbers', `${tensor.data[bad]} at ${bad}`);
  return tensor;
}
