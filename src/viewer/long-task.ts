// One long task at a time: a new one cancels the one under way, waits for its end, then runs. If yet another is
// asked for meanwhile, only the last one runs. A failed task does not poison the next.

import { Cancelled } from '../errors.ts';

export class LongTask {
  private abort: AbortController | null = null;
  private ended: Promise<void> = Promise.resolve();
  private ticket = 0;
  /** Name of the task under way, or null. */
  current: string | null = null;

  /** @returns false when it was cancelled or overtaken. @throws what the task throws, but for Cancelled */
  async run(name: string, task: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    const ticket = ++this.ticket;
    this.abort?.abort();
    await this.ended;
    if (ticket !== this.ticket) return false;
    const abort = new AbortController();
    this.abort = abort;
    this.current = name;
    const running = task(abort.signal);
    this.ended = running.then(
      () => undefined,
      () => undefined,
    );
    try {
      await running;
      return !abort.signal.aborted;
    } catch (error) {
      if (error instanceof Cancelled || abort.signal.aborted) return false;
      throw error;
    } finally {
      if (this.abort === abort) {
        this.abort = null;
        this.current = null;
      }
    }
  }

  /** Cancels what is under way and resolves at its end. */
  async cancel(): Promise<void> {
    this.ticket++;
    this.abort?.abort();
    await this.ended;
  }
}
