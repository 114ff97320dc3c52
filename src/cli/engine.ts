// Opens the engine for one command and closes it again, whatever happens: adapter, session, its events on stderr.

import { throwIfAborted } from '../errors.ts';
import type { ImpastoSession } from '../session/types.ts';
import type { NetworkWeights } from '../style/features/network-weights.ts';
import type { Io } from './io.ts';
import { Progress } from './progress.ts';

export interface Engine {
  session: ImpastoSession;
  progress: Progress;
  signal: AbortSignal;
  /** Stages in the order they ran, timed by `stage`. */
  stages: { name: string; seconds: number; steps?: number }[];
  /** Runs one stage; throws Cancelled when Ctrl-C ended it, since the session then returns quietly. */
  stage<T>(name: string, work: () => Promise<T>, steps?: () => number): Promise<T>;
}

/** @param network that the user gave; null takes the one that ships */
export async function withEngine<T>(
  io: Io,
  network: NetworkWeights | null,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  throwIfAborted(io.signal);
  const progress = new Progress(io);
  // Only now: a wrong option should be told at once, before the engine is read.
  const { openNodeSession } = await import('../node/session.ts');
  const { session, gpu, close } = await openNodeSession({ givenNetwork: network ?? undefined });
  const faults: string[] = [];
  gpu.onError((sentence) => faults.push(sentence));
  gpu.onLost((sentence) => faults.push(sentence));
  try {
    session.on('progress', ({ task, fraction, text }) => progress.update(task, fraction, text));
    session.on('notice', ({ text }) => progress.note(`impasto: ${text}`));
    const stages: Engine['stages'] = [];
    const stage: Engine['stage'] = async (name, body, steps) => {
      const start = performance.now();
      const result = await body();
      throwIfAborted(io.signal);
      // A bad dispatch does nothing and says so here only: results after one are worth nothing.
      if (faults.length) throw new Error(faults[0]);
      progress.end();
      const seconds = Math.round(performance.now() - start) / 1000;
      stages.push({ name, seconds, ...(steps && { steps: steps() }) });
      return result;
    };
    return await work({ session, progress, signal: io.signal, stages, stage });
  } finally {
    progress.end();
    await close();
  }
}
