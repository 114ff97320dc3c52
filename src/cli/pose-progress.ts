// How far the search for poses is, in one figure, and how long it will still take. The stages' shares of the whole are
// those of a hundred photographs; the time left follows from the time gone.

import type { PosesStage } from '../sfm/poses.ts';

/** Of all seconds, in the order of the stages. */
const SHARES: Record<PosesStage, number> = { features: 0.2, overlap: 0.05, matching: 0.35, cameras: 0.4 };
const ORDER: readonly PosesStage[] = ['features', 'overlap', 'matching', 'cameras'];
/** Before this share is done, a guess at the time left is worth nothing. */
const TELLING = 0.05;

export class PoseProgress {
  #fraction = 0;

  constructor(
    readonly update: (task: string, fraction: number, text: string) => void,
    readonly seconds: () => number,
  ) {}

  /** @param fraction of the stage; one that begins again does not turn the bar back */
  step(stage: PosesStage, fraction: number, text: string): void {
    const before = ORDER.slice(0, ORDER.indexOf(stage)).reduce((sum, name) => sum + SHARES[name], 0);
    this.#fraction = Math.max(this.#fraction, before + SHARES[stage] * Math.min(1, fraction));
    const left = (this.seconds() * (1 - this.#fraction)) / this.#fraction;
    const isTelling = this.#fraction >= TELLING && left >= 1;
    const time = !isTelling ? '' : `about ${Math.ceil(left)} s left`;
    this.update('poses', this.#fraction, [stage, text, time].filter(Boolean).join(', '));
  }
}
