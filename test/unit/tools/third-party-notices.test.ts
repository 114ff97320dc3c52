// The account of whose code is in a bundle, and their licences' texts.

import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { noticesOf, packageOf } from '../../../tools/third-party-notices.ts';

const modules = resolve(import.meta.dirname, '../../../node_modules');

it('knows the package of a module, however the bundler writes it', () => {
  expect(packageOf(resolve(import.meta.dirname, '../../../src/index.ts'))).toBe(null);
  expect(packageOf('\0vite/preload-helper.js')).toBe(null);
  const ids = ['zod/v4/index.js', '@tensorflow/tfjs-core/dist/index.js?v=1', 'fflate/esm/browser.js#x'];
  const names = ids.map((id) => packageOf(join(modules, id))!.name);
  expect(names).toEqual(['zod', '@tensorflow/tfjs-core', 'fflate']);
  expect(packageOf(`\0${join(modules, 'seedrandom/index.js')}`)!.name).toBe('seedrandom');
});

it("has each package's licence in full, also where the package only names or sums it up", () => {
  const found = ['mediabunny', 'idb-keyval', '@tensorflow/tfjs-core', 'seedrandom', 'three'].map(
    (name) => packageOf(join(modules, name, 'index.js'))!,
  );
  const text = (name: string) => found.find((each) => each.name === name)!.texts.join('\n');
  expect(text('mediabunny')).toContain('Mozilla Public License');
  expect(text('idb-keyval')).toContain('Copyright 2016, Jake Archibald');
  for (const name of ['idb-keyval', '@tensorflow/tfjs-core'])
    expect(text(name)).toContain('TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION');
  expect(text('seedrandom')).toMatch(/^Copyright \d+ David Bau\.\n\nPermission is hereby granted/);
  const notices = noticesOf(found);
  const order = [...notices.matchAll(/^(\S+) \d[\d.]+ \(/gm)].map(([, name]) => name);
  expect(order).toEqual(['@tensorflow/tfjs-core', 'idb-keyval', 'mediabunny', 'seedrandom', 'three']);
  // MPL-2.0 asks that its source can be found.
  expect(notices).toMatch(/^mediabunny .*\(MPL-2\.0\)\nhttps:\/\/github\.com\/\S+\nUsed as published, unchanged/m);
});
