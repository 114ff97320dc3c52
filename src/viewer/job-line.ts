// The one line about what the page is doing: what runs, how far it is, how long it will take, and what waits behind it.
// Only what the job itself says of its progress counts: a bake beside an export says nothing of the export.

import type { JobKind } from './job-queue.ts';
import type { PageState } from './page-state.ts';

/** Which of the engine's tasks are part of which job. */
const TASKS: Record<JobKind, readonly string[]> = {
  load: ['load'],
  train: ['load', 'train'],
  stylize: ['load', 'features', 'stylize'],
  export: [],
};

/** 0..1 of what runs; null where it does not say, or nothing runs. */
export function fractionOf({
  jobs: [job],
  progress,
  export: { fraction },
  style,
}: Pick<PageState, 'jobs' | 'progress' | 'export' | 'style'>): number | null {
  if (!job) return progress?.fraction ?? null;
  if (job.kind === 'export') return fraction;
  if (job.kind === 'stylize' && style.stepCount > 0) return style.step / style.stepCount;
  return progress && TASKS[job.kind].includes(progress.task) ? progress.fraction : null;
}

/** @param secondsLeft of what runs, or null */
export function jobLine(state: PageState, secondsLeft: number | null): string {
  const { jobs, progress, scene, training, style, export: video } = state;
  const [job, ...waiting] = jobs;
  if (!job) {
    if (progress) return progress.text || progress.task;
    if (!scene) return 'ready';
    if (training.trainedPreset === null) return `${scene.name} is open: train it to walk round it`;
    return style.applied.length
      ? `${scene.name} after ${style.applied.join(' + ')}`
      : `${scene.name}: pick a style to paint it`;
  }
  const own = progress && TASKS[job.kind].includes(progress.task) ? progress.text : '';
  const far =
    job.kind === 'export' && video.fraction !== null
      ? `${Math.round(100 * video.fraction)} %`
      : job.kind === 'stylize' && style.stepCount > 0
        ? `stroke ${style.step} of ${style.stepCount}`
        : own;
  const parts = [far || 'getting ready', secondsLeft === null ? '' : `${durationWords(secondsLeft)} left`];
  const then = waiting.length ? ` · then ${waiting.map(({ title }) => title).join(', ')}` : '';
  return `${job.title}: ${parts.filter(Boolean).join(', ')}${then}`;
}

/** "40 s", "3 min": no finer than it can be known. */
export function durationWords(seconds: number): string {
  if (seconds < 10) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90) return `${5 * Math.round(seconds / 5)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Before so much time or so much of the work nothing is foretold. */
const LEAST_MS = 1500;
const LEAST_SHARE = 0.02;

/** How long what runs will still take, as fast as it went so far. */
export class TimeLeft {
  private what: unknown = null;
  private began = { ms: 0, fraction: 0 };
  private last = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** @param what which job: another one begins anew  @returns seconds, or null where nothing is known yet */
  of(what: unknown, fraction: number | null): number | null {
    const ms = this.now();
    // A job of two parts counts from the beginning twice.
    if (what !== this.what || fraction === null || fraction < this.last) {
      this.what = what;
      this.last = fraction ?? 0;
      this.began = { ms, fraction: this.last };
      return null;
    }
    this.last = fraction;
    const [elapsed, done] = [ms - this.began.ms, fraction - this.began.fraction];
    if (what === null || elapsed < LEAST_MS || done < LEAST_SHARE) return null;
    return (elapsed * (1 - fraction)) / done / 1000;
  }
}
