// Lanes in Node: threads that run the very bundle that opened them, which then serves tasks instead of its own main
// part (`isLane`). From sources, as tests run them, there is no bundle: one lane, this thread.

import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker as Thread, workerData } from 'node:worker_threads';
import { type Lane, ownLane } from './pool.ts';
import { type Task, Worker } from './tasks.ts';

const MARK = 'impasto structure from motion';
const MOST_LANES = 8;

/** True in a thread of ours: the program's main part must not run there. */
export const isLane: boolean = !isMainThread && workerData === MARK;

if (isLane) {
  const worker = new Worker();
  parentPort!.on('message', ({ id, task }: { id: number; task: Task }) => {
    try {
      parentPort!.postMessage({ id, answer: worker.handle(task) });
    } catch (error) {
      parentPort!.postMessage({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
}

/** One lane a processor. */
export function openLanes(): Lane[] {
  const count = Math.min(MOST_LANES, availableParallelism());
  if (count < 2 || !import.meta.url.endsWith('.mjs')) return [ownLane()];
  return Array.from({ length: count }, openThread);
}

function openThread(): Lane {
  const thread = new Thread(new URL(import.meta.url), { workerData: MARK });
  const open = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  let nextId = 0;
  const fail = (error: Error) => {
    for (const { reject } of open.values()) reject(error);
    open.clear();
  };
  thread.on('message', ({ id, answer, error }: { id: number; answer: unknown; error?: string }) => {
    const waiting = open.get(id);
    open.delete(id);
    if (error === undefined) waiting?.resolve(answer);
    else waiting?.reject(new Error(error));
  });
  thread.on('error', fail);
  thread.on('exit', (code) => fail(new Error(`a thread of structure from motion ended (${code})`)));
  return {
    post: (task) =>
      new Promise((resolve, reject) => {
        const id = nextId++;
        open.set(id, { resolve, reject });
        thread.postMessage({ id, task });
      }),
    close: () => void thread.terminate(),
  };
}
