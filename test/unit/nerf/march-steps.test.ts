// The bound of a march is above what every march takes, and not far above: the presets' own, counted step by step in f32
// as the shaders do, from any start.

import { describe, expect, it } from 'vitest';
import { MOST_MARCH_STEPS, marchSteps } from '../../../src/nerf/space.ts';
import { PRESETS } from '../../../src/session/presets.ts';

function walked({ near, far, stepMin, cone }: Parameters<typeof marchSteps>[0]): number {
  let steps = 0;
  for (let t = Math.fround(near); t < far; t = Math.fround(t + Math.fround(Math.max(t * cone, stepMin)))) steps++;
  return steps;
}

const fields = Object.entries(PRESETS).map(([name, { field }]) => [name, field] as const);

describe('marchSteps', () => {
  it.each([
    ...fields,
    ['constant steps', { near: 0.1, far: 24, stepMin: 0.0035, cone: 0 }],
    ['growing steps', { near: 0.5, far: 100, stepMin: 1e-9, cone: 0.01 }],
    ['a start at the eye', { near: 0, far: 1e6, stepMin: 1e-3, cone: 0.004 }],
  ] as const)('is just above what a ray of %s takes', (_, field) => {
    const taken = walked(field);
    expect(marchSteps(field)).toBeGreaterThan(taken);
    expect(marchSteps(field)).toBeLessThan(1.02 * taken + 10);
    expect(marchSteps(field)).toBeLessThan(MOST_MARCH_STEPS);
  });

  it('is no number that a file could hold a walk up with', () => {
    expect(marchSteps({ near: 0.1, far: 24, stepMin: 1e-30, cone: 0 })).toBeGreaterThan(MOST_MARCH_STEPS);
    expect(marchSteps({ near: 0.1, far: 1e30, stepMin: 0.0035, cone: 0 })).toBeGreaterThan(MOST_MARCH_STEPS);
    expect(marchSteps({ near: 5, far: 2, stepMin: 0.01, cone: 0.01 })).toBeLessThan(10);
  });
});
