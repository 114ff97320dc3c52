// Cuts long GPU work into slices, so that the view between them keeps its frame rate.

/** Gives way to everything else that waits: events, animation frames, other tasks. */
export function yieldToOthers(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Runs tasks one after another: none begins before the one before has ended, however that ended. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.last.catch(() => undefined).then(task);
    this.last = turn;
    return turn;
  }
}

/** Runs work in slices of about `sliceMs`, as many calls each as fit by the last slice's pace. */
export class Slicer {
  private perSlice = 1;

  constructor(
    private readonly sliceMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * @param most calls of this slice
   * @param work encodes and submits one call
   * @param finish waits for the GPU: the slice's one wait, so that a reading of results can be it
   */
  async slice<T>(most: number, work: () => void, finish: () => Promise<T>): Promise<T> {
    const count = Math.max(1, Math.min(most, this.perSlice));
    const start = this.now();
    for (let i = 0; i < count; i++) work();
    const result = await finish();
    const each = (this.now() - start) / count;
    this.perSlice = Math.max(1, Math.min(2 * count, 32, Math.floor(this.sliceMs / Math.max(each, 0.01))));
    await yieldToOthers();
    return result;
  }
}
