// Kernels are known by name: two of one name would take each other's place in silence.

import { describe, expect, it } from 'vitest';

const STAGES = import.meta.glob<Record<string, unknown>>('../../../src/nerf/stages/*.ts', { eager: true });
const SHADERS = Object.keys(import.meta.glob('../../../src/shaders/**/*.wgsl', { query: '?raw' }));

const twice = (names: readonly string[]) => names.filter((name, i) => names.indexOf(name) !== i);

describe('kernels', () => {
  it('of the stages have a name each', () => {
    const names = Object.values(STAGES).flatMap((module) =>
      Object.entries(module).flatMap(([name, value]) =>
        name.endsWith('_KERNELS') ? Object.keys(value as object) : [],
      ),
    );
    expect(names.length).toBeGreaterThan(20);
    expect(twice(names)).toEqual([]);
  });

  it('are called as their file is, in all rooms', () => {
    const files = SHADERS.map((path) => path.split('/').at(-1)!);
    expect(files.length).toBeGreaterThan(80);
    expect(twice(files)).toEqual([]);
  });
});
