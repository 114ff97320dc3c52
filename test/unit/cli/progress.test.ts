// Progress on stderr: short where it is a log, a bar where it is a terminal, and never on stdout.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { Progress } from '../../../src/cli/progress.ts';

function recorder(terminal: NodeJS.WriteStream | null = null) {
  const lines: string[] = [];
  const io = {
    stdout: () => {
      throw new Error('progress on stdout');
    },
    stderr: (text: string) => void lines.push(text),
    terminal,
    signal: new AbortController().signal,
  };
  return { progress: new Progress(io), lines };
}

afterEach(() => vi.restoreAllMocks());

describe('progress', () => {
  it('writes a line when a task begins, every ten seconds, and when it ends', () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const { progress, lines } = recorder();
    for (; now < 25_000; now += 500) progress.update('train', now / 25_000, `step ${now / 500}`);
    progress.update('stylize', 0, '');
    expect(lines).toEqual([
      'train 0 % step 0\n',
      'train 40 % step 20\n',
      'train 80 % step 40\n',
      'train done in 25.0 s step 49\n',
      'stylize 0 %\n',
    ]);
    progress.end();
    progress.end();
    expect(lines.slice(5)).toEqual(['stylize done in 0.0 s\n']);
  });

  it('draws a bar on a terminal, and notes above it', () => {
    const drawn: string[] = [];
    const stream = {
      isTTY: true,
      columns: 80,
      write: (text: string) => drawn.push(text),
      cursorTo: () => {},
      moveCursor: () => {},
      clearLine: () => {},
      clearScreenDown: () => {},
      on: () => {},
    };
    const { progress, lines } = recorder(stream as unknown as NodeJS.WriteStream);
    progress.update('train', 0.5, 'step 450');
    progress.note('impasto: three pictures were skipped');
    progress.end();
    expect(drawn.join('')).toContain('50 %');
    expect(drawn.join('')).toContain('step 450');
    expect(lines).toEqual(['impasto: three pictures were skipped\n']);
  });

  it('keeps what a name holds from the terminal: no escape, no second line', () => {
    const drawn: string[] = [];
    const stream = {
      isTTY: true,
      columns: 80,
      write: (text: string) => drawn.push(text),
      cursorTo: () => {},
      moveCursor: () => {},
      clearLine: () => {},
      clearScreenDown: () => {},
      on: () => {},
    };
    const name = '\u001b]52;c;ZWNobw==\u0007.png\nimpasto: done';
    for (const terminal of [null, stream as unknown as NodeJS.WriteStream]) {
      const { progress, lines } = recorder(terminal);
      progress.update('load', 0.5, name);
      progress.note(`${name} was skipped`);
      progress.end();
      const told = [...lines, ...drawn].join('');
      expect(told).toContain('\\u001b]52;c;ZWNobw==\\u0007.png\\u000aimpasto: done');
      for (const raw of ['\u001b]', '\u0007', '.png\nimpasto']) expect(told).not.toContain(raw);
    }
  });
});
