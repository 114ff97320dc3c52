// One matcher for all numeric tests: absolute + relative tolerance, and on failure the first index with both values.

import { expect } from 'vitest';

interface Tolerance {
  absolute?: number;
  relative?: number;
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: the signature vitest declares
  interface Matchers<T = any> {
    toBeAllclose(expected: ArrayLike<number>, tolerance?: Tolerance): T;
  }
}

expect.extend({
  toBeAllclose(received: ArrayLike<number>, expected: ArrayLike<number>, tolerance: Tolerance = {}) {
    const { absolute = 1e-6, relative = 1e-5 } = tolerance;
    if (received.length !== expected.length) {
      return { pass: false, message: () => `expected ${expected.length} values, found ${received.length}` };
    }
    for (let i = 0; i < expected.length; i++) {
      const allowed = absolute + relative * Math.abs(expected[i]);
      if (!(Math.abs(received[i] - expected[i]) <= allowed)) {
        return {
          pass: false,
          message: () => `at index ${i}: expected ${expected[i]} within ${allowed}, found ${received[i]}`,
        };
      }
    }
    return { pass: true, message: () => 'expected some value to differ' };
  },
});
