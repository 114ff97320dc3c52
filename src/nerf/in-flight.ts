// Bounds the work that is submitted and not yet done: a view may be cut into thousands of chunks, and a driver that is
// handed all of them at once may run out of what it keeps for each.

import type { Gpu } from '../gpu/device.ts';

/** Submits between two questions whether the adapter has got so far. */
const GROUP = 16;
/** Groups that may be under way beside the one being encoded: enough that the adapter never waits for us. */
const GROUPS = 2;

export class InFlight {
  private readonly groups: Promise<void>[] = [];
  private submits = 0;

  constructor(private readonly gpu: Gpu) {}

  /** To be awaited after each submit; waits only where too many of the earlier ones are not done. */
  async submitted(): Promise<void> {
    if (++this.submits % GROUP !== 0) return;
    const done = this.gpu.idle();
    // Awaited later, or never: it must not count as unhandled until then.
    done.catch(() => {});
    this.groups.push(done);
    if (this.groups.length > GROUPS) await this.groups.shift();
  }
}
