// Every package of the lock file is under a licence that was looked at. A new one fails here until somebody has read it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8'));

const ALLOWED = [
  'MIT',
  'MIT OR Apache-2.0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  // File by file: mediabunny and what builds style sheets; their sources are in the registry, unchanged.
  'MPL-2.0',
];

/** Libraries of their own that sharp loads, and that a user may replace. */
const LGPL = ['LGPL-3.0-or-later', 'Apache-2.0 AND LGPL-3.0-or-later', 'Apache-2.0 AND LGPL-3.0-or-later AND MIT'];

it('is under a licence that was looked at', () => {
  const packages = Object.entries(lock.packages as Record<string, { license?: string }>).filter(
    ([path]) => path !== '',
  );
  expect(packages.length).toBeGreaterThan(100);
  const unknown = packages.filter(([path, { license = 'none' }]) => {
    if (path.includes('node_modules/@img/sharp-') && LGPL.includes(license)) return false;
    return !ALLOWED.includes(license);
  });
  expect(unknown.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
});

/**
 * Binaries of other platforms whose hashes could not be read where this lock file was made: they are not in that registry.
 * Nothing else may come unhashed.
 */
const UNHASHED = [
  'darwin-arm64',
  'darwin-x64',
  'linux-arm-gnueabihf',
  'linux-arm64-gnu',
  'linux-arm64-musl',
  'win32-arm64-msvc',
  'win32-x64-msvc',
];

it('has its hash in the lock file', () => {
  const unhashed = Object.entries(lock.packages as Record<string, { integrity?: string }>)
    .filter(([path, { integrity = '' }]) => path !== '' && !/^sha512-/.test(integrity))
    .map(([path]) => path);
  expect(unhashed).toEqual(UNHASHED.map((name) => `node_modules/@napi-rs/webcodecs-${name}`));
});
