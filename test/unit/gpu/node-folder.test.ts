// Drivers get a folder of this user's own where the environment names none.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runtimeFolder } from '../../../src/gpu/node.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'impasto-run-'));
  vi.stubEnv('TMPDIR', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const named = () => join(folder, `impasto-${userInfo().uid}`);

it.skipIf(process.platform === 'win32')('is the same every time, and closed to others', () => {
  expect(runtimeFolder()).toBe(named());
  expect(runtimeFolder()).toBe(named());
  expect(statSync(named()).mode & 0o777).toBe(0o700);
});

it.skipIf(process.platform === 'win32')('is another where somebody was there first', () => {
  mkdirSync(named());
  chmodSync(named(), 0o777);
  const other = runtimeFolder();
  expect(other).not.toBe(named());
  expect(dirname(other)).toBe(folder);
  expect(statSync(other).mode & 0o777).toBe(0o700);
  rmSync(named(), { recursive: true });
  symlinkSync(other, named());
  expect(runtimeFolder()).not.toBe(named());
});
