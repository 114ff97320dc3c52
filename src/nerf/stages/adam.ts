// Adam on a network: the entries of its table that got a gradient are listed and those alone stepped, then the MLP's
// weights (Mueller et al. 2022, section 4).

import { workgroups } from '../../gpu/kernel.ts';
import type { Recorder } from '../../gpu/recorder.ts';
import adamTableWgsl from '../../shaders/nerf/adam_table.wgsl?raw';
import adamWeightsWgsl from '../../shaders/nerf/adam_weights.wgsl?raw';
import listTouchedWgsl from '../../shaders/nerf/list_touched.wgsl?raw';
import touchedDispatchWgsl from '../../shaders/nerf/touched_dispatch.wgsl?raw';
import type { HashNetwork } from '../field.ts';
import type { NerfKernels } from '../kernels.ts';
import { WEIGHT_GRADIENT_SCALE } from './density.ts';
import { TABLE_GRADIENT_SCALE } from './encode.ts';
import { kernelCode } from './kernel-code.ts';

export const ADAM_KERNELS = {
  list_touched: kernelCode(listTouchedWgsl),
  touched_dispatch: kernelCode(touchedDispatchWgsl),
  adam_table: kernelCode(adamTableWgsl),
  adam_weights: kernelCode(adamWeightsWgsl),
};

/** For training (Mueller et al. 2022, section 4), first and second. */
export const TABLE_BETAS: readonly [number, number] = [0.9, 0.99];

export interface AdamOptions {
  /** On MLP weights. */
  l2?: number;
  /** Factor on the fixed-point scale of the gradients gathered. */
  gain?: number;
  /** Of the table that move: the first ones, the coarse levels. Default all. */
  entries?: number;
  /** Step size of the MLP's weights as a share of the table's. */
  weightShare?: number;
  /** Of the table: what its moments keep of a step before. */
  betas?: readonly [number, number];
}

export class AdamStage {
  constructor(private readonly kernels: NerfKernels) {}

  /** One step, which clears the gradients. The network must have an optimiser. */
  step(rec: Recorder, network: HashNetwork, learningRate: number, options: AdamOptions = {}): void {
    const { l2 = 0, gain = 1, entries = network.entryCount, weightShare = 1 } = options;
    const [beta1, beta2] = options.betas ?? TABLE_BETAS;
    const { kernels } = this;
    const state = network.optimiser!;
    const { dTable: d_table, master, moments, steps, touched, dispatch } = state;
    // Eight entries a thread.
    const [row, rows] = workgroups(entries, 8 * 64);
    rec.run(kernels.get('list_touched'), { d_table, touched, dispatch }, { entry_count: entries, row }, [row, rows]);
    rec.run(kernels.get('touched_dispatch'), { dispatch }, {}, [1]);
    rec.run(
      kernels.get('adam_table'),
      { touched, dispatch, d_table, master, moments, steps, table: network.table },
      { learning_rate: learningRate, gradient_scale: TABLE_GRADIENT_SCALE * gain, beta1, beta2 },
      { indirect: dispatch },
    );
    rec.run(
      kernels.get('adam_weights'),
      { d_weights: state.dWeights, weights: network.weights, moments: state.weightMoments },
      {
        weight_count: network.weightCount,
        learning_rate: weightShare * learningRate,
        gradient_scale: WEIGHT_GRADIENT_SCALE * gain,
        step: ++state.weightStep,
        l2,
      },
      workgroups(network.weightCount, 64),
    );
  }
}
