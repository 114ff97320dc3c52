// Nearest-neighbour matching of 3x3 patches of features (Li and Wand 2016, CNNMRF): NNFM with each feature taken
// together with its eight neighbours, so that strokes keep what lies beside them in the style. One object a layer.
// L = mean over patches of 1 - cos(P_i, S_j*). Patches reach over the edge, where all is zero. No gradient through the
// style or the choice of j*.

import type { Gpu } from '../../gpu/device.ts';
import type { Kernel } from '../../gpu/kernel.ts';
import { Recorder } from '../../gpu/recorder.ts';
import { sharedKernels } from '../../gpu/shared-kernels.ts';
import { expectShapes, Tensor } from '../../gpu/tensor.ts';
import patchColumns from '../../shaders/style/patch_columns.wgsl?raw';
import patchGradient from '../../shaders/style/patch_gradient.wgsl?raw';
import { defineLoss, type LossOptions, type StyleLoss } from './loss.ts';
import { bankColumns, joinBanks, NearestSearch, recordNormalise } from './nearest.ts';

const SOURCES = { patch_columns: patchColumns, patch_gradient: patchGradient } as const;
type PatchKernels = Record<keyof typeof SOURCES, Kernel>;

/** Features of a patch. */
const AREA = 9;

export class PatchLoss implements StyleLoss {
  /** 0, 1, 2 ...: every pixel is the centre of a query. [H W] */
  private everyPixel: Tensor | null = null;

  private constructor(
    private readonly kernels: PatchKernels,
    private readonly search: NearestSearch,
    private readonly device: GPUDevice,
  ) {}

  /** @param style features of the style picture [C, H, W] */
  static async create(gpu: Gpu, style: Tensor, options: LossOptions = {}): Promise<PatchLoss> {
    const { C, H, W } = expectShapes({ style: [style, ['C', 'H', 'W']] });
    const { device } = gpu;
    const kernels = await sharedKernels(gpu, SOURCES);
    const chosen = bankColumns(H, W, options);
    const columns = Tensor.from(device, 'PatchLoss.columns', [chosen.length], chosen);
    const bank = Tensor.zeros(device, 'PatchLoss.bank', [AREA * C, chosen.length]);
    const rec = new Recorder(gpu, 'PatchLoss.create');
    recordPatches(kernels, rec, style, columns, bank);
    await recordNormalise(gpu, rec, bank);
    rec.submit();
    columns.destroy();
    return new PatchLoss(kernels, await NearestSearch.create(gpu, bank), device);
  }

  /** Several pictures as one style: their patches side by side. Takes the losses. */
  static async pooled(gpu: Gpu, losses: readonly PatchLoss[]): Promise<PatchLoss> {
    const [{ kernels }] = losses;
    const bank = await joinBanks(
      gpu.device,
      losses.map(({ search }) => search.bank),
    );
    return new PatchLoss(kernels, await NearestSearch.create(gpu, bank), gpu.device);
  }

  evaluate(rec: Recorder, features: Tensor, weight: number, dFeatures: Tensor, value: Tensor): void {
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
    recordPatches(kernels, rec, features, this.everyPixel, search.queriesFor(pixels));
    const { column, terms, queryStride } = search.record(rec, pixels, weight, value);
    rec.run(
      kernels.patch_gradient,
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

function recordPatches(
  { patch_columns }: PatchKernels,
  rec: Recorder,
  features: Tensor,
  columns: Tensor,
  patches: Tensor,
): void {
  const [channels, height, width] = features.shape;
  rec.run(
    patch_columns,
    { features, columns, patches },
    { height, width, column_count: columns.size, stride: patches.shape[1] },
    [Math.ceil(columns.size / 64), channels],
  );
}

export const patch = defineLoss({
  name: 'patch',
  title: 'strokes in context (patches)',
  cite: 'Li and Wand 2016, CNNMRF',
  styleLayers: ['relu3_1', 'relu4_1'],
  contentLayers: ['relu3_1', 'relu3_2', 'relu3_3'],
  weight: 1,
  joint: false,
  relative: false,
  matchesPlaces: true,
  create: PatchLoss.create,
  pooled: PatchLoss.pooled,
});
