// Tasks over lanes: a lane is a worker, or this thread where there are none. A lane has one task at a time; results
// do not depend on which lane did what.

import { throwIfAborted } from '../../errors.ts';
import { type Answers, type Task, type TaskOf, Worker } from './tasks.ts';

export interface Lane {
  post(task: Task): Promise<unknown>;
  close(): void;
}

/** This thread; gives way to others before each task. */
export function ownLane(): Lane {
  const worker = new Worker();
  return {
    async post(task) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      return worker.handle(task as TaskOf<Task['kind']>);
    },
    close() {},
  };
}

export class Pool {
  readonly #free: Lane[];
  readonly #waiting: ((lane: Lane) => void)[] = [];

  constructor(readonly lanes: readonly Lane[]) {
    this.#free = [...lanes];
  }

  async run<K extends Task['kind']>(task: TaskOf<K>): Promise<Answers[K]> {
    const lane = this.#free.pop() ?? (await new Promise<Lane>((resolve) => this.#waiting.push(resolve)));
    try {
      return (await lane.post(task)) as Answers[K];
    } finally {
      const next = this.#waiting.shift();
      if (next) next(lane);
      else this.#free.push(lane);
    }
  }

  /** To every lane; none may have a task. */
  async all(task: Task): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.post(task)));
  }

  /** Answers in the order of the tasks. @param tasks made as lanes come free, so that not all are held at once */
  async each<K extends Task['kind']>(
    count: number,
    make: (index: number) => Promise<TaskOf<K>> | TaskOf<K>,
    signal: AbortSignal | undefined,
    onDone: (done: number) => void = () => {},
  ): Promise<Answers[K][]> {
    const answers = new Array<Answers[K]>(count);
    let [next, done] = [0, 0];
    const lane = async () => {
      while (next < count) {
        throwIfAborted(signal);
        const index = next++;
        answers[index] = await this.run(await make(index));
        onDone(++done);
      }
    };
    // One more than lanes: a picture is decoded while others are looked at.
    await Promise.all(Array.from({ length: this.lanes.length + 1 }, lane));
    throwIfAborted(signal);
    return answers;
  }

  close(): void {
    for (const lane of this.lanes) lane.close();
  }
}
