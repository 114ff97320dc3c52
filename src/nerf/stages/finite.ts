// Whether parameters are still numbers. Losses do not tell: a NaN that a ReLU or a clamp meets may come out as 0, and the
// loss of what is left is finite.

import type { Gpu } from '../../gpu/device.ts';
import { workgroups } from '../../gpu/kernel.ts';
import { Recorder } from '../../gpu/recorder.ts';
import { Tensor } from '../../gpu/tensor.ts';
import flagNotFiniteWgsl from '../../shaders/nerf/flag_not_finite.wgsl?raw';
import type { HashNetwork } from '../field.ts';
import type { NerfKernels } from '../kernels.ts';
import { kernelCode } from './kernel-code.ts';

export const FINITE_KERNELS = { flag_not_finite: kernelCode(flagNotFiniteWgsl) };

export class FiniteStage {
  private readonly notFinite: Tensor; // [1] u32

  constructor(
    private readonly gpu: Gpu,
    private readonly kernels: NerfKernels,
  ) {
    this.notFinite = Tensor.zeros(gpu.device, 'FiniteStage.notFinite', [1], 'u32');
  }

  /** Whether all masters and weights are finite; the networks are being trained. Waits for the GPU. */
  async holds(networks: readonly HashNetwork[]): Promise<boolean> {
    const { notFinite: not_finite } = this;
    const rec = new Recorder(this.gpu, 'FiniteStage.holds');
    rec.clear(not_finite);
    for (const values of networks.flatMap(({ optimiser, weights }) => [optimiser!.master, weights])) {
      const [row, rows] = workgroups(values.size, 8 * 64);
      rec.run(this.kernels.get('flag_not_finite'), { values, not_finite }, { count: values.size, row }, [row, rows]);
    }
    rec.submit();
    return (await not_finite.read())[0] === 0;
  }

  destroy(): void {
    this.notFinite.destroy();
  }
}
