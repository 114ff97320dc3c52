// When the page bakes a painting, and that a bake's speed is learnt apart from the marched field's.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SessionEvents, SessionState } from '../../../../src/session/types.ts';
import { FrameBudget } from '../../../../src/three/frame-budget.ts';
import { AutoBake } from '../../../../src/viewer/viewport/auto-bake.ts';

type Reason = SessionEvents['changed']['reason'];

/** A session whose bakes take `ms`, and what it was told. */
function fakeSession(ms: number) {
  const state = { busy: 'idle', painted: true, baked: null } as Pick<SessionState, 'busy' | 'painted' | 'baked'>;
  let listener: (detail: { reason: Reason }) => void = () => undefined;
  const bakes: number[] = [];
  const session = {
    state: state as SessionState,
    on: (_: string, heard: never) => {
      listener = heard;
      return () => undefined;
    },
    bake: async () => {
      bakes.push(performance.now());
      await new Promise((resolve) => setTimeout(resolve, ms));
      return null;
    },
  };
  return { session, state, bakes, change: (reason: Reason = 'style') => listener({ reason }) };
}

const unexpected = (error: Error) => {
  throw error;
};

describe('AutoBake', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  it('bakes once, a moment after the last of many changes', async () => {
    const { session, bakes, change } = fakeSession(100);
    new AutoBake(session, true, unexpected);
    for (let i = 0; i < 5; i++) {
      change();
      await wait(300);
    }
    expect(bakes).toHaveLength(0);
    await wait(5000);
    expect(bakes).toHaveLength(1);
  });

  it('bakes when a busy engine comes to rest without a further change, and is then settled', async () => {
    const { session, state, bakes, change } = fakeSession(100);
    const bake = new AutoBake(session, true, unexpected);
    state.busy = 'training';
    change('train');
    // Held-out views are measured after the last step: longer than a rest.
    await wait(3000);
    expect(bakes).toHaveLength(0);
    state.busy = 'idle';
    let settled = false;
    void bake.settled().then(() => {
      settled = true;
    });
    await wait(2000);
    expect(bakes).toHaveLength(1);
    expect(settled).toBe(true);
  });

  it('leaves plain fields and busy engines alone, and bakes when they rest', async () => {
    const { session, state, bakes, change } = fakeSession(100);
    new AutoBake(session, true, unexpected);
    state.busy = 'stylizing';
    change();
    await wait(5000);
    state.busy = 'idle';
    state.painted = false;
    change('shown');
    await wait(5000);
    expect(bakes).toHaveLength(0);
    state.painted = true;
    change('shown');
    await wait(5000);
    expect(bakes).toHaveLength(1);
  });

  it('does not bake what is shown by a bake that is there', async () => {
    const { session, state, bakes, change } = fakeSession(100);
    const bake = new AutoBake(session, true, unexpected);
    change();
    await wait(300);
    // Back to what was baked before.
    state.baked = { psnr: 40 } as SessionState['baked'];
    change('shown');
    await bake.settled();
    await wait(5000);
    expect(bakes).toHaveLength(0);
    // Painted on, it is another.
    change('style');
    await wait(5000);
    expect(bakes).toHaveLength(1);
  });

  it('bakes again what changed while it was baked', async () => {
    const { session, bakes, change } = fakeSession(2000);
    new AutoBake(session, true, unexpected);
    change();
    await wait(1000);
    expect(bakes).toHaveLength(1);
    change();
    await wait(10_000);
    expect(bakes).toHaveLength(2);
  });

  it('spends a tenth of the time at most on it while a fast adapter paints', async () => {
    const { session, state, bakes, change } = fakeSession(50);
    new AutoBake(session, false, unexpected);
    state.busy = 'stylizing';
    for (let i = 0; i < 220; i++) {
      change();
      await wait(10);
    }
    expect(bakes.length).toBeGreaterThanOrEqual(3);
    expect(bakes.length).toBeLessThanOrEqual(5);
  });

  it('is settled when the bake is up with the painting', async () => {
    const { session, state, change } = fakeSession(2000);
    const autoBake = new AutoBake(session, true, unexpected);
    const settled: string[] = [];
    const ask = (name: string) => void autoBake.settled().then(() => settled.push(name));
    ask('nothing changed');
    await wait(0);
    change();
    ask('before');
    await wait(1000);
    ask('meanwhile');
    // It changes while it is baked: up only when that is baked too.
    change();
    await wait(2000);
    expect(settled).toEqual(['nothing changed']);
    await wait(5000);
    expect(settled).toEqual(['nothing changed', 'before', 'meanwhile']);
    // A style that is taken away ends the waiting.
    change();
    ask('without style');
    state.painted = false;
    await wait(5000);
    expect(settled).toHaveLength(4);
  });

  it('waits until it is wanted, and hands a failure on', async () => {
    const { session, bakes, change } = fakeSession(10);
    const failures: string[] = [];
    session.bake = async () => {
      bakes.push(0);
      throw new Error('no memory');
    };
    const autoBake = new AutoBake(session, true, (error) => failures.push(error.message));
    autoBake.setWanted(false);
    change();
    await wait(5000);
    expect(bakes).toHaveLength(0);
    autoBake.setWanted(true);
    await wait(5000);
    expect(failures).toEqual(['no memory']);
  });
});

describe('FrameBudget', () => {
  it('keeps the marched and the baked cost of a pixel apart', () => {
    const budget = new FrameBudget(100);
    const full = { width: 800, height: 800 };
    budget.measured({ width: 100, height: 100 }, 100, false);
    const marched = budget.size(full, 0);
    budget.way = 'baked';
    budget.measured({ width: 100, height: 100 }, 4, false);
    const baked = budget.size(full, 0);
    expect(baked.width).toBeGreaterThan(4 * marched.width);
    budget.way = 'marched';
    expect(budget.size(full, 0)).toEqual(marched);
  });
});
