// Which frames of a video become photographs: at even distances of what moved, so that overlap stays even however fast
// the camera went, and of those near each such place the sharpest.

export interface MeasuredFrame {
  /** Seconds. */
  time: number;
  sharpness: number;
  /** Way gone since the first frame, in widths of the picture. */
  way: number;
}

export interface Choice {
  /** Way between two pictures, in widths. */
  step: number;
  least: number;
  most: number;
}

/** A step keeps nine tenths of a picture in the next one. */
export const CHOICE: Choice = { step: 0.1, least: 24, most: 120 };

/** Where nothing sharp is near, a share of the typical sharpness below which a frame is left out. */
const BLURRED = 0.25;

/** @returns indices, ascending */
export function chooseFrames(frames: readonly MeasuredFrame[], { step, least, most }: Choice = CHOICE): number[] {
  if (frames.length === 0) return [];
  const whole = frames[frames.length - 1].way;
  const wanted = Math.min(frames.length, most, Math.max(least, Math.round(whole / step) + 1));
  const typical = median(frames.map(({ sharpness }) => sharpness));
  // A camera that stands still gives places by time.
  const still = whole <= 0;
  const placeOf = (i: number) => (still ? i / frames.length : Math.min(frames[i].way / whole, 1 - 1e-9));
  const best = new Map<number, number>();
  frames.forEach(({ sharpness }, i) => {
    const bin = Math.floor(placeOf(i) * wanted);
    const other = best.get(bin);
    if (other === undefined || sharpness > frames[other].sharpness) best.set(bin, i);
  });
  return [...best.values()].filter((i) => frames[i].sharpness >= BLURRED * typical).sort((a, b) => a - b);
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
