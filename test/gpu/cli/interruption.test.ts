// What is left when a command is interrupted: all files whole, or none.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/program.ts';
import { readContainer } from '../../../src/nerf/container.ts';
import { run, SMALL, temporaryFolder, writeScene, writeStyle } from './command-fixture.ts';

const place = temporaryFolder('impasto-interruption-');
const scene = writeScene(place('ball'));
const stylePath = writeStyle(place('style.png'));
const bin = resolve(import.meta.dirname, '../../../bin/impasto.mjs');

describe('interruption', () => {
  it('stops a training that is under way and leaves nothing', async () => {
    const stop = new AbortController();
    const out = place('stopped.impasto');
    const running = run(
      ['train', scene, '--out', out, '--preset', 'quick', '--steps', '100000', ...SMALL],
      stop.signal,
    );
    setTimeout(() => stop.abort(130), 4000);
    const { code, last } = await running;
    expect(code).toBe(130);
    expect(last).toBe('impasto: stopped; no half-written file is left');
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(place()).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('keeps the field that is trained, where it is stopped while that is measured', async () => {
    const stop = new AbortController();
    const out = place('measured.impasto');
    const io = {
      stdout: () => {},
      stderr: (text: string) => {
        if (text.includes('evaluate')) stop.abort(130);
      },
      terminal: null,
      signal: stop.signal,
    };
    const argv = ['train', scene, '--out', out, '--preset', 'quick', '--steps', '2', ...SMALL];
    expect(await runCommandLine(argv, io)).toBe(130);
    expect(readContainer(new Uint8Array(readFileSync(out)), out).meta.steps).toBe(2);
  });

  it('does so as a process, on Ctrl-C, and ends', async () => {
    const out = place('signalled');
    const argv = [
      bin,
      'run',
      scene,
      '--style',
      stylePath,
      '--out',
      out,
      '--preset',
      'quick',
      '--features',
      'small',
      ...SMALL,
    ];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    const code = await new Promise((done) => {
      child.stderr.on('data', (chunk) => {
        // Stopped in the middle of training, at its first sign of life.
        if (!stderr.includes('train') && (stderr += chunk).includes('train')) child.kill('SIGINT');
        else stderr += chunk;
      });
      child.on('close', done);
    });
    expect(stderr).toContain('impasto: stopped; no half-written file is left');
    expect(code).toBe(130);
    expect(readdirSync(out)).toEqual([]);
  });

  it('goes on and saves where nobody listens any more', async () => {
    const out = place('unheard.impasto');
    const argv = [bin, 'train', scene, '--out', out, '--preset', 'quick', '--steps', '8', ...SMALL];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    child.stderr.once('data', () => child.stderr.destroy());
    const code = await new Promise((done) => child.on('close', done));
    expect(code).toBe(0);
    expect(existsSync(out)).toBe(true);
  });

  it('ends by itself with its result on stdout', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'info', '--json', '-'], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    const info = JSON.parse(stdout);
    expect(info.limits.maxStorageBuffersPerShaderStage).toBeGreaterThanOrEqual(8);
    expect(info.networks.map((n: { name: string }) => n.name)).toContain('small');
  });
});
