// The linear heads of LPIPS (Zhang et al. 2018), version 0.1: five lists of weights, one a layer, that say how much each
// channel's difference counts. Read from the authors' .pth file, or a .safetensors with the same names.

import { inputError } from '../errors.ts';
import { headerLength, parseHeader } from '../style/features/safetensors.ts';
import { isTorchFile, readTorchTensors, type TorchTensor } from './torch-pickle.ts';

/** [C] each, in order of depth. */
export type LpipsHeads = readonly Float32Array<ArrayBuffer>[];

const LAYERS = 5;

/** @throws InputError naming the head, what was expected and what was found */
export function readLpipsHeads(bytes: Uint8Array, where: string): LpipsHeads {
  const tensors = isTorchFile(bytes) ? readTorchTensors(bytes, where) : readSafetensors(bytes, where);
  return Array.from({ length: LAYERS }, (_, layer) => {
    const name = `lin${layer}.model.1.weight`;
    const tensor = tensors.get(name);
    if (!tensor) throw inputError(`tensor '${name}'`, where, 'it to be there', 'none');
    const { shape, data } = tensor;
    if (shape.length !== 4 || shape.some((n, axis) => axis !== 1 && n !== 1))
      throw inputError(`tensor '${name}'`, where, 'shape [1, C, 1, 1]', `[${shape.join(', ')}]`);
    const bad = data.findIndex((v) => !Number.isFinite(v));
    if (bad >= 0) throw inputError(`tensor '${name}'`, where, 'finite numbers', `${data[bad]} at ${bad}`);
    return data;
  });
}

function readSafetensors(bytes: Uint8Array, where: string): Map<string, TorchTensor> {
  // A zip is what newer PyTorch writes; its first bytes would pass for an absurd header length.
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    throw inputError('LPIPS heads', where, "the authors' own .pth or a .safetensors", 'a zip, as newer PyTorch writes');
  const length = headerLength(bytes, where);
  if (8 + length > bytes.length)
    throw inputError('.safetensors header', where, `${8 + length} bytes`, `a file of ${bytes.length}`);
  const tensors = new Map<string, TorchTensor>();
  for (const [name, { dtype, shape, data_offsets }] of parseHeader(bytes.subarray(8, 8 + length), where)) {
    const [start, end] = data_offsets.map((offset) => 8 + length + offset);
    const count = shape.reduce((product, n) => product * n, 1);
    if (dtype !== 'F32' || end - start !== 4 * count || end > bytes.length)
      throw inputError(
        `tensor '${name}'`,
        where,
        `F32 numbers for [${shape.join(', ')}]`,
        `${dtype}, ${end - start} bytes`,
      );
    tensors.set(name, { shape, data: new Float32Array(new Uint8Array(bytes.subarray(start, end)).buffer) });
  }
  return tensors;
}
