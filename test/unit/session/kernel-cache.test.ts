// Which sets of kernels are compiled, kept and let go.

import { describe, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import type { NerfKernels } from '../../../src/nerf/kernels.ts';
import { KernelCache } from '../../../src/session/kernel-cache.ts';
import { PRESETS } from '../../../src/session/presets.ts';

const quick = PRESETS.quick.field;
const wide = { ...quick, densityHidden: 32 };
const widest = { ...quick, densityHidden: 64 };

function counting(failures = 0) {
  const log: string[] = [];
  const cache = new KernelCache({} as Gpu, async (_, config) => {
    const name = `${config.levels}/${config.densityHidden}`;
    log.push(`compile ${name}`);
    if (failures-- > 0) throw new Error('no luck');
    return { destroy: () => log.push(`destroy ${name}`) } as unknown as NerfKernels;
  });
  return { log, cache };
}

describe('KernelCache', () => {
  it('compiles once for equal sizes, whatever else of the configuration differs', async () => {
    const { log, cache } = counting();
    const first = await cache.get(quick);
    expect(await cache.get({ ...quick, near: 0.7, far: 12, stepMin: 0.1 })).toBe(first);
    expect(log).toEqual(['compile 8/16']);
    expect(await cache.get({ ...quick, colourHidden: 64 })).not.toBe(first);
    expect(await cache.get({ ...quick, densityHidden: 32 })).not.toBe(first);
    expect(await cache.get({ ...quick, log2TableSize: 12 })).not.toBe(first);
  });

  it('keeps the last two used and destroys the others', async () => {
    const { log, cache } = counting();
    await cache.get(quick);
    await cache.get(wide);
    await cache.get(quick);
    await cache.get(widest);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(log).toEqual(['compile 8/16', 'compile 8/32', 'compile 8/64', 'destroy 8/32']);
    cache.destroy();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(log.slice(4)).toEqual(['destroy 8/16', 'destroy 8/64']);
  });

  it('compiles again after a failure', async () => {
    const { log, cache } = counting(1);
    await expect(cache.get(quick)).rejects.toThrow('no luck');
    await cache.get(quick);
    expect(log).toEqual(['compile 8/16', 'compile 8/16']);
  });
});
