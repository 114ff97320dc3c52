// All kernels of the field, compiled once for a configuration: those that the stages name, and the encoder's, whose level
// sizes are compiled in.

import type { Gpu } from '../gpu/device.ts';
import { Kernel } from '../gpu/kernel.ts';
import countersWgsl from '../shaders/common/counters.wgsl?raw';
import hashGridWgsl from '../shaders/common/hash_grid.wgsl?raw';
import encodeWgsl from '../shaders/nerf/encode.wgsl?raw';
import type { FieldConfig } from './config.ts';
import { hashLevels, levelPairWgsl } from './hash-levels.ts';
import { ADAM_KERNELS } from './stages/adam.ts';
import { COLOUR_KERNELS } from './stages/colour.ts';
import { COMPACT_KERNELS } from './stages/compact.ts';
import { COMPOSITE_KERNELS } from './stages/composite.ts';
import { DENSITY_KERNELS } from './stages/density.ts';
import { ENCODE_KERNELS } from './stages/encode.ts';
import { FINITE_KERNELS } from './stages/finite.ts';
import type { KernelCode } from './stages/kernel-code.ts';
import { LOSS_KERNELS } from './stages/loss.ts';
import { MARCH_KERNELS } from './stages/march.ts';
import { OCCUPANCY_KERNELS } from './stages/occupancy.ts';
import { RAY_KERNELS } from './stages/rays.ts';
import { SCAN_KERNELS } from './stages/scan.ts';

const KERNELS = {
  ...RAY_KERNELS,
  ...MARCH_KERNELS,
  ...SCAN_KERNELS,
  ...ENCODE_KERNELS,
  ...DENSITY_KERNELS,
  ...COMPACT_KERNELS,
  ...COLOUR_KERNELS,
  ...COMPOSITE_KERNELS,
  ...LOSS_KERNELS,
  ...ADAM_KERNELS,
  ...FINITE_KERNELS,
  ...OCCUPANCY_KERNELS,
};

export type NerfKernelName = keyof typeof KERNELS;

export class NerfKernels {
  private constructor(
    private readonly kernels: Map<string, Kernel>,
    /** Of levels 2 k and 2 k + 1. [L / 2] */
    readonly encode: readonly Kernel[],
  ) {}

  /** @throws Error naming file, line and message of a kernel that does not compile */
  static async create(gpu: Gpu, config: FieldConfig): Promise<NerfKernels> {
    const entries = await Promise.all(
      Object.entries<KernelCode>(KERNELS).map(async ([name, { code, shared, sized }]) => {
        return [
          name,
          await Kernel.create(gpu, { name, code, shared: [...shared, ...(sized?.(config) ?? [])] }),
        ] as const;
      }),
    );
    const levels = hashLevels(config);
    const encode = await Promise.all(
      Array.from({ length: config.levels / 2 }, (_, pair) => {
        const shared = [countersWgsl, hashGridWgsl, levelPairWgsl(levels, pair)];
        return Kernel.create(gpu, { name: 'encode', code: encodeWgsl, shared });
      }),
    );
    return new NerfKernels(new Map(entries), encode);
  }

  get(name: NerfKernelName): Kernel {
    return this.kernels.get(name)!;
  }

  destroy(): void {
    for (const kernel of [...this.kernels.values(), ...this.encode]) kernel.destroy();
  }
}
