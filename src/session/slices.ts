// Cuts long GPU work into slices, so that the view between them keeps its frame rate.

import type { Gpu } from '../gpu/device.ts';

/** Gives way to everything else that waits: events, animation frames, other tasks. */
export function yieldToOthers(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Runs `work` in slices of about `sliceMs`, as many calls each as fit by the last slice's pace. */
export class Slicer {
  private perSlice = 1;

  constructor(
    private readonly gpu: Gpu,
    private readonly sliceMs = 24,
  ) {}

  /** How many calls this slice did. `most` bounds it. */
  async slice(most: number, work: () => void): Promise<number> {
    const count = Math.max(1, Math.min(most, this.perSlice));
    const start = performance.now();
    for (let i = 0; i < count; i++) work();
    await this.gpu.idle();
    const each = (performance.now() - start) / count;
    this.perSlice = Math.max(1, Math.min(2 * count, 32, Math.floor(this.sliceMs / Math.max(each, 0.01))));
    await yieldToOthers();
    return count;
  }
}
