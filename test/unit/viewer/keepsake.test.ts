// What is kept of a field: when, how often, what of, and never while a style grows. The engine is a stand-in that
// counts how often it is asked to save; time is the test's.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ImpastoSession, SessionEvents } from '../../../src/session/types.ts';
import { describeKept, Keepsake, type Kept } from '../../../src/viewer/keepsake.ts';

function engine() {
  const state = { busy: 'training', trainedSteps: 0, scene: { name: 'Still life' }, style: [] as string[] };
  let hear: (detail: SessionEvents['changed']) => void = () => undefined;
  const saves: number[] = [];
  const session = {
    state,
    on: (event: string, listener: typeof hear) => {
      if (event === 'changed') hear = listener;
      return () => undefined;
    },
    async save() {
      saves.push(state.trainedSteps);
      return new Uint8Array([state.trainedSteps]);
    },
  } as unknown as ImpastoSession;
  const kept = new Map<string, Kept>();
  const store = {
    get: async (key: string) => kept.get(key),
    set: async (key: string, value: Kept) => {
      kept.set(key, value);
    },
  };
  const train = (step: number) => {
    state.trainedSteps = step;
    hear({ reason: 'train' });
  };
  return {
    state,
    saves,
    session,
    store,
    train,
    hear: (reason: SessionEvents['changed']['reason']) => hear({ reason }),
  };
}

describe('Keepsake', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('keeps the first trained field at once, then once a minute', async () => {
    const { session, store, saves, train } = engine();
    const keepsake = new Keepsake(session, () => 'still-life', store);
    for (let second = 0; second < 150; second++) {
      train(second);
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(saves).toEqual([1, 62, 123]);
    expect(keepsake.last).toMatchObject({ scene: 'Still life', bundled: 'still-life', step: 123, style: [] });
    expect((await keepsake.earlier())?.step).toBe(123);
  });

  it('keeps what is new when the page comes to rest, and nothing twice', async () => {
    const { session, store, saves, train, state } = engine();
    new Keepsake(session, () => null, store);
    train(1);
    await vi.advanceTimersByTimeAsync(10);
    train(9);
    state.busy = 'idle';
    await vi.advanceTimersByTimeAsync(5000);
    expect(saves).toEqual([1, 9]);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(saves).toEqual([1, 9]);
  });

  it('does not read a field whose style is growing, and forgets changes when another is opened', async () => {
    const { session, store, saves, state, hear } = engine();
    new Keepsake(session, () => null, store);
    Object.assign(state, { trainedSteps: 5, busy: 'stylizing' });
    hear('style');
    await vi.advanceTimersByTimeAsync(120_000);
    expect(saves).toEqual([]);
    hear('load');
    state.busy = 'idle';
    await vi.advanceTimersByTimeAsync(120_000);
    expect(saves).toEqual([]);
  });

  it('lives on in memory where the browser stores nothing', async () => {
    const { session, train } = engine();
    const refuse = async (): Promise<never> => {
      throw new Error('no store');
    };
    const keepsake = new Keepsake(session, () => null, { get: refuse, set: refuse });
    train(3);
    await keepsake.settled();
    expect(keepsake.last?.step).toBe(3);
    expect(await keepsake.earlier()).toBeNull();
  });
});

describe('describeKept', () => {
  it('says scene, steps, painting and age', () => {
    const kept: Kept = { bytes: new Uint8Array(), scene: 'Fox', bundled: null, step: 1200, style: ['Wave'], at: 0 };
    expect(describeKept(kept, 10_000)).toBe('Fox, 1,200 steps, painted as Wave, kept less than a minute ago');
    expect(describeKept(kept, 59_000)).toContain('kept less than a minute ago');
    expect(describeKept(kept, 119_000)).toContain('kept a minute ago');
    expect(describeKept({ ...kept, style: [] }, 5 * 60_000)).toBe('Fox, 1,200 steps, kept 5 minutes ago');
    expect(describeKept(kept, 3 * 86_400_000)).toContain('kept 3 days ago');
  });
});
