// What losses over banks of style features share: several layers of one size taken as one, their channels concatenated;
// the style's pixels as columns of unit length, the render's as queries.

import type { Gpu } from '../../gpu/device.ts';
import type { Kernel } from '../../gpu/kernel.ts';
import { Recorder } from '../../gpu/recorder.ts';
import { sharedKernels } from '../../gpu/shared-kernels.ts';
import { expectShapes, Tensor } from '../../gpu/tensor.ts';
import nnfmBank from '../../shaders/style/nnfm_bank.wgsl?raw';
import nnfmConcatenate from '../../shaders/style/nnfm_concatenate.wgsl?raw';
import type { LossOptions } from './loss.ts';
import { bankColumns, recordNormalise } from './nearest.ts';

/** One tensor [C_l, H, W] a layer, all of one H and W. */
export type Layers = Tensor | readonly Tensor[];

export function asList(layers: Layers): readonly Tensor[] {
  return layers instanceof Tensor ? [layers] : layers;
}

/** Checks that all are of one H and W. @param wanted by name @param channels of each layer, where they are known */
export function sizeOfLayers(wanted: Record<string, readonly Tensor[]>, channels?: readonly number[]) {
  const shapes: Parameters<typeof expectShapes>[0] = {};
  for (const [name, layers] of Object.entries(wanted)) {
    const expected = channels?.length ?? layers.length;
    if (layers.length === 0 || layers.length !== expected) {
      throw new Error(`${name}: expected ${expected || 'at least one'} layers, found ${layers.length}`);
    }
    for (const [l, layer] of layers.entries()) shapes[`${name}[${l}]`] = [layer, [channels?.[l] ?? `C${l}`, 'H', 'W']];
  }
  return expectShapes(shapes);
}

/** @returns columns of unit length, [C, J], J a multiple of 32 */
export async function featureBank(gpu: Gpu, name: string, layers: readonly Tensor[], options: LossOptions) {
  const { device } = gpu;
  const { H, W } = sizeOfLayers({ [`${name} style`]: layers });
  const { nnfm_bank } = await sharedKernels(gpu, { nnfm_bank: nnfmBank });
  const chosen = bankColumns(H, W, options);
  const columns = Tensor.from(device, `${name}.columns`, [chosen.length], chosen);
  const layerChannels = layers.map((layer) => layer.shape[0]);
  const bank = Tensor.zeros(device, `${name}.bank`, [layerChannels.reduce((a, b) => a + b, 0), chosen.length]);
  const rec = new Recorder(gpu, `${name}.create`);
  let offset = 0;
  for (const features of layers) {
    const channels = features.shape[0];
    rec.run(
      nnfm_bank,
      { features, columns, bank },
      { channel_count: channels, channel_offset: offset, pixel_count: H * W, column_count: chosen.length },
      [Math.ceil(chosen.length / 64), channels],
    );
    offset += channels;
  }
  await recordNormalise(gpu, rec, bank);
  rec.submit();
  columns.destroy();
  return { bank, layerChannels, pixels: [H, W] as const };
}

export const CONCATENATE = { nnfm_concatenate: nnfmConcatenate } as const;

/** Records the layers' features as queries. @param queries [C, stride] */
export function recordQueries(
  rec: Recorder,
  { nnfm_concatenate }: Record<keyof typeof CONCATENATE, Kernel>,
  layers: readonly Tensor[],
  queries: Tensor,
  queryCount: number,
): void {
  let offset = 0;
  for (const features of layers) {
    const [channels] = features.shape;
    rec.run(
      nnfm_concatenate,
      { features, queries },
      { query_count: queryCount, query_stride: queries.shape[1], channel_offset: offset },
      [Math.ceil(queryCount / 64), channels],
    );
    offset += channels;
  }
}
