// What a command may touch of the world outside: two streams and a signal to stop. Tests give their own.

import { printable } from './terminal-text.ts';

export interface Io {
  /** Results only. */
  stdout(text: string): void;
  /** Progress, notes and the one line of an error. */
  stderr(text: string): void;
  /** Where progress may draw a bar that rewrites itself; otherwise a line now and then. */
  terminal: NodeJS.WriteStream | null;
  /** Fires on Ctrl-C. Its reason is the exit code that the process then ends with. */
  signal: AbortSignal;
}

/** The same, with nothing in its text that a terminal would obey. */
export function printableIo(io: Io): Io {
  return { ...io, stdout: (text) => io.stdout(printable(text)), stderr: (text) => io.stderr(printable(text)) };
}

export function processIo(signal: AbortSignal): Io {
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    terminal: process.stderr.isTTY ? process.stderr : null,
    signal,
  };
}
