// Long tasks, one at a time, in the order in which they were asked for. None ends another: a task ends by itself, or by
// being cancelled. One that fails does not poison those that wait.

import { Cancelled } from '../errors.ts';

export type JobKind = 'load' | 'train' | 'stylize' | 'export';

/** What is said of a task: 'painting Wave'. */
export interface Job {
  readonly kind: JobKind;
  readonly title: string;
  /** Of a painting: the name of its style. */
  readonly style?: string;
  /** Of one that is gone on with: the library's id of what there is of it. */
  readonly of?: string;
}

interface Entry {
  job: Job;
  abort: AbortController;
  task: (signal: AbortSignal) => Promise<void>;
  /** Ended, or never begun; told once nothing runs any more. */
  end(failure?: { error: unknown }): void;
}

export class JobQueue {
  private running: (Entry & { ended: Promise<void> }) | null = null;
  private waiting: Entry[] = [];

  /** @param onChange what runs or waits has changed: first what runs, then what waits */
  constructor(private readonly onChange: (jobs: readonly Job[]) => void = () => undefined) {}

  /** What runs, then what waits. */
  get jobs(): readonly Job[] {
    return [...(this.running ? [this.running] : []), ...this.waiting].map(({ job }) => job);
  }

  /** The kind of what runs, or null. */
  get current(): JobKind | null {
    return this.running?.job.kind ?? null;
  }

  /** @returns false when it was cancelled, running or waiting. @throws what the task throws, but for Cancelled */
  run(job: Job, task: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    return new Promise<boolean>((resolve, reject) => {
      const abort = new AbortController();
      const end: Entry['end'] = (failure) => (failure ? reject(failure.error) : resolve(!abort.signal.aborted));
      this.waiting.push({ job, abort, task, end });
      this.next();
    });
  }

  private next(): void {
    this.onChange(this.jobs);
    if (this.running) return;
    const entry = this.waiting.shift();
    if (!entry) return;
    const ended = outcomeOf(entry).then((failure) => {
      this.running = null;
      entry.end(failure);
      this.next();
    });
    this.running = { ...entry, ended };
    this.onChange(this.jobs);
  }

  /** Cancels what runs, if it is of that kind, and resolves at its end; the next begins then. */
  async cancel(kind?: JobKind): Promise<void> {
    const { running } = this;
    if (!running || (kind && running.job.kind !== kind)) return;
    running.abort.abort();
    await running.ended;
  }

  /** Lets go of what waits: of one kind, what one says of, or all of it. */
  drop(which?: JobKind | ((job: Job) => boolean)): void {
    const isMeant = typeof which === 'function' ? which : ({ kind }: Job) => !which || kind === which;
    const gone = this.waiting.filter(({ job }) => isMeant(job));
    this.waiting = this.waiting.filter((entry) => !gone.includes(entry));
    for (const entry of gone) {
      entry.abort.abort();
      entry.end();
    }
    if (gone.length) this.onChange(this.jobs);
  }

  /** Nothing runs and nothing waits any more. */
  async clear(): Promise<void> {
    this.drop();
    await this.cancel();
  }
}

/** @returns what it failed with, unless it was cancelled */
async function outcomeOf({ task, abort }: Entry): Promise<{ error: unknown } | undefined> {
  try {
    await task(abort.signal);
    return undefined;
  } catch (error) {
    return error instanceof Cancelled || abort.signal.aborted ? undefined : { error };
  }
}
