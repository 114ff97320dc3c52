// Progress on stderr: on a terminal one bar a task, elsewhere a line when a task begins and ends and every
// ten seconds between, so that logs stay short.

import { SingleBar } from 'cli-progress';
import type { Io } from './io.ts';
import { oneLine } from './terminal-text.ts';

const LINE_EVERY_MS = 10_000;
/** Bars are drawn in whole steps of this many. */
const BAR_STEPS = 1000;

export class Progress {
  private task = '';
  private last = '';
  private startedMs = 0;
  private lineMs = 0;
  private bar: SingleBar | null = null;

  constructor(private readonly io: Io) {}

  /** Says how far a task is, 0..1; another name than before ends the one before. */
  update(name: string, fraction: number, saying: string): void {
    const [task, text] = [oneLine(name), oneLine(saying)];
    const now = performance.now();
    if (task !== this.task) {
      this.end();
      this.task = task;
      this.startedMs = now;
      this.lineMs = Number.NEGATIVE_INFINITY;
      if (this.io.terminal) this.bar = this.openBar(this.io.terminal);
    }
    this.last = text;
    if (this.bar) this.bar.update(Math.round(fraction * BAR_STEPS), { text });
    else if (now - this.lineMs >= LINE_EVERY_MS) {
      this.lineMs = now;
      this.io.stderr(`${task} ${Math.round(fraction * 100)} %${text && ` ${text}`}\n`);
    }
  }

  /** One line that stays, above the bar. */
  note(text: string): void {
    if (this.bar && this.io.terminal) {
      this.io.terminal.clearLine(0);
      this.io.terminal.cursorTo(0);
    }
    this.io.stderr(`${oneLine(text)}\n`);
    this.bar?.render();
  }

  /** Ends the task under way, with the seconds it took. */
  end(): void {
    if (!this.task) return;
    this.bar?.stop();
    const seconds = ((performance.now() - this.startedMs) / 1000).toFixed(1);
    if (!this.bar) this.io.stderr(`${this.task} done in ${seconds} s${this.last && ` ${this.last}`}\n`);
    this.bar = null;
    this.task = '';
  }

  private openBar(stream: NodeJS.WriteStream): SingleBar {
    const bar = new SingleBar({
      stream,
      format: `${this.task.padEnd(11)} {bar} {percentage} % {duration_formatted} {text}`,
      barsize: 24,
      hideCursor: true,
      // The command line decides what Ctrl-C does; the bar must not take it over.
      gracefulExit: false,
      barCompleteChar: '\u2588',
      barIncompleteChar: '\u2591',
    });
    bar.start(BAR_STEPS, 0, { text: '' });
    return bar;
  }
}
