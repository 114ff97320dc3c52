// Nearest-neighbour matching of 3x3 patches of features (Li and Wand 2016, CNNMRF): NNFM with each feature taken
// together with its eight neighbours, so that strokes keep what lies beside them in the style. One object a layer.
// L = mean over patches of 1 - cos(P_i, S_j*). Patches reach over the edge, where all is zero. No gradient through the
// style or the choice of j*.

import type { Gpu } from '../../gpu/device.ts';
import { expectShapes, Tensor } from '../../gpu/tensor.ts';
import type { FeatureLoss } from '../types.ts';
import { type StyleKernels, styleKernels } from './kernels.ts';
import { type BankOptions, bankColumns, encodeNormalise, joinBanks, NearestSearch } from './nearest.ts';

/** Features of a patch. */
const AREA = 9;

export class PatchLoss implements FeatureLoss {
  /** 0, 1, 2 ...: every pixel is the centre of a query. [H W] */
  private everyPixel: Tensor | null = null;

  private constructor(
    private readonly kernels: StyleKernels,
    private readonly search: NearestSearch,
    private readonly device: GPUDevice,
  ) {}

  /** @param style features of the style picture [C, H, W] */
  static async create(gpu: Gpu, style: Tensor, options: BankOptions = {}): Promise<PatchLoss> {
    const { C, H, W } = expectShapes({ style: [style, ['C', 'H', 'W']] });
    const { device } = gpu;
    const kernels = await styleKernels(gpu);
    const chosen = bankColumns(H, W, options);
    const columns = Tensor.from(device, 'PatchLoss.columns', [chosen.length], chosen);
    const bank = Tensor.zeros(device, 'PatchLoss.bank', [AREA * C, chosen.length]);
    const encoder = device.createCommandEncoder({ label: 'PatchLoss.create' });
    encodePatches(kernels, encoder, style, columns, bank);
    encodeNormalise(kernels, encoder, bank);
    device.queue.submit([encoder.finish()]);
    columns.destroy();
    return new PatchLoss(kernels, new NearestSearch(device, kernels, bank), device);
  }

  /** Several pictures as one style: their patches side by side. Takes the losses. */
  static async pooled({ device }: Gpu, losses: readonly PatchLoss[]): Promise<PatchLoss> {
    const [{ kernels }] = losses;
    const bank = await joinBanks(
      device,
      losses.map(({ search }) => search.bank),
    );
    return new PatchLoss(kernels, new NearestSearch(device, kernels, bank), device);
  }

  evaluate(encoder: GPUCommandEncoder, features: Tensor, weight: number, dFeatures: Tensor, value: Tensor): void {
    const { kernels, search } = this;
    const channels = search.bank.shape[0] / AREA;
    const { H, W } = expectShapes({
      features: [features, [channels, 'H', 'W']],
      dFeatures: [dFeatures, [channels, 'H', 'W']],
    });
    const pixels = H * W;
    if (this.everyPixel?.size !== pixels) {
      this.everyPixel?.destroy();
      const all = Uint32Array.from({ length: pixels }, (_, i) => i);
      this.everyPixel = Tensor.from(this.device, 'PatchLoss.everyPixel', [pixels], all);
    }
    encodePatches(kernels, encoder, features, this.everyPixel, search.queriesFor(pixels));
    const { column, terms, queryStride } = search.encode(encoder, pixels, weight, value);
    kernels.patch_gradient.run(
      encoder,
      { features, bank: search.bank, match_column: column, match_terms: terms, d_features: dFeatures },
      {
        height: H,
        width: W,
        query_stride: queryStride,
        column_count: search.bank.shape[1],
        d_scale: weight / pixels,
      },
      [Math.ceil(pixels / 64), channels],
    );
  }

  destroy(): void {
    this.everyPixel?.destroy();
    this.search.destroy();
  }
}

function encodePatches(
  { patch_columns }: StyleKernels,
  encoder: GPUCommandEncoder,
  features: Tensor,
  columns: Tensor,
  patches: Tensor,
): void {
  const [channels, height, width] = features.shape;
  patch_columns.run(
    encoder,
    { features, columns, patches },
    { height, width, column_count: columns.size, stride: patches.shape[1] },
    [Math.ceil(columns.size / 64), channels],
  );
}
