// Watches over work that moves parameters step by step. Where it turns to NaN or infinity it is put back to its last good
// state, once, and goes on from there at a smaller rate; if that happens again it is put back and ended. What is kept is
// only read, so that work that stays finite has the very bits that it has without a guard.

import { inputError } from '../errors.ts';

/** A state that can be gone back to. */
export interface KeptState {
  step: number;
  /** What of it is no finite number; null where all is. */
  fault: string | null;
  restore(): void;
}

/** Factor on learning rates after going back. */
export const RATE_AFTER = 0.25;
/** Between two states that are kept, and of the time at most, since reading one waits for the GPU. */
const KEEP_SECONDS = 20;
const KEEP_SHARE = 0.02;

const clock = () => performance.now() / 1000;

export class DivergenceGuard {
  /** Steps gone back to so far. */
  private fallenBack: { from: number; to: number } | null = null;
  private nextKeep: number;

  private constructor(
    private readonly what: string,
    private readonly keep: () => Promise<KeptState>,
    private good: KeptState,
    private readonly now: () => number,
  ) {
    this.nextKeep = now() + KEEP_SECONDS;
  }

  /**
   * @param what is watched, for messages: 'training'
   * @param keep reads the present state; `restore` of it also takes the rate down
   * @throws InputError where the state to begin with is no good
   */
  static async begin(
    what: string,
    keep: () => Promise<KeptState>,
    now: () => number = clock,
  ): Promise<DivergenceGuard> {
    const state = await keep();
    if (state.fault) throw inputError(what, null, 'a field of finite numbers to begin with', state.fault);
    return new DivergenceGuard(what, keep, state, now);
  }

  /**
   * After each reading of losses.
   * @param finite whether losses and parameters are numbers
   * @returns what to tell, where it went back; null where all is well
   * @throws InputError the second time, gone back all the same
   */
  async check(finite: boolean, step: number): Promise<string | null> {
    if (!finite) return this.goBack(step, 'NaN or infinity');
    return this.now() < this.nextKeep ? null : await this.keepOrGoBack(step);
  }

  /** At the end, however it came: what is left is good, or is put back. */
  async end(step: number): Promise<string | null> {
    return await this.keepOrGoBack(step);
  }

  private async keepOrGoBack(step: number): Promise<string | null> {
    const began = this.now();
    const state = await this.keep();
    this.nextKeep = this.now() + Math.max(KEEP_SECONDS, (this.now() - began) / KEEP_SHARE);
    if (state.fault) return this.goBack(step, state.fault);
    this.good = state;
    return null;
  }

  private goBack(step: number, fault: string): string {
    const { what, good, fallenBack } = this;
    good.restore();
    if (fallenBack) {
      const hint = `before that at step ${fallenBack.from}; the field is as it was at step ${good.step}`;
      throw inputError(`${what}, step ${step}`, null, 'finite numbers', fault, hint);
    }
    this.fallenBack = { from: step, to: good.step };
    return `${what}, step ${step}: expected finite numbers, found ${fault}: gone back to step ${good.step}, at a quarter of the rate`;
  }
}
