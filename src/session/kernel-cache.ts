// The field's kernels, kept from one field to the next: compiling them takes seconds on software adapters, and all
// that the code depends on are a few sizes. The least recently used set goes when there are more than a few.

import type { Gpu } from '../gpu/device.ts';
import type { FieldConfig } from '../nerf/config.ts';
import { NerfKernels } from '../nerf/kernels.ts';

/** Two, so that a field may be made while the one before still stands. */
const KEPT = 2;

export class KernelCache {
  /** Oldest first. */
  private readonly entries = new Map<string, Promise<NerfKernels>>();

  constructor(
    private readonly gpu: Gpu,
    private readonly compile: (gpu: Gpu, config: FieldConfig) => Promise<NerfKernels> = NerfKernels.create,
  ) {}

  /** Compiled for this configuration's sizes; a failure is not kept. The last two sets handed out stay valid. */
  async get(config: FieldConfig): Promise<NerfKernels> {
    const { levels, log2TableSize, minResolution, maxResolution, densityHidden, colourHidden } = config;
    const key = [levels, log2TableSize, minResolution, maxResolution, densityHidden, colourHidden].join(' ');
    const found = this.entries.get(key) ?? this.compile(this.gpu, config);
    this.entries.delete(key);
    this.entries.set(key, found);
    try {
      const kernels = await found;
      for (const [old, entry] of this.entries) {
        if (this.entries.size <= KEPT) break;
        this.entries.delete(old);
        destroy(entry);
      }
      return kernels;
    } catch (cause) {
      if (this.entries.get(key) === found) this.entries.delete(key);
      throw cause;
    }
  }

  destroy(): void {
    for (const entry of this.entries.values()) destroy(entry);
    this.entries.clear();
  }
}

function destroy(entry: Promise<NerfKernels>): void {
  void entry.then(
    (kernels) => kernels.destroy(),
    () => undefined,
  );
}
