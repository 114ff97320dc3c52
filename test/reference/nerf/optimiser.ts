// CPU reference of the photometric loss and of the two Adams (Kingma and Ba 2015; epsilon 1e-15).

export const HUBER_DELTA = 0.1;

/** Summed over channels, as the gradient has it. */
export function huber(rgb: ArrayLike<number>, target: ArrayLike<number>) {
  let loss = 0;
  let squared = 0;
  const d = Float64Array.from({ length: rgb.length }, (_, c) => {
    const e = rgb[c] - target[c];
    const size = Math.abs(e);
    loss += size <= HUBER_DELTA ? 0.5 * e * e : HUBER_DELTA * (size - 0.5 * HUBER_DELTA);
    squared += e * e;
    return Math.max(-HUBER_DELTA, Math.min(HUBER_DELTA, e));
  });
  return { loss, squared, d };
}

export interface AdamState {
  value: number;
  first: number;
  second: number;
}

/** One step of one parameter. @param step its own count, from 1 */
export function adam(
  { value, first, second }: AdamState,
  d: number,
  step: number,
  learningRate: number,
  [beta1, beta2]: readonly [number, number] = [0.9, 0.99],
): AdamState {
  const m = beta1 * first + (1 - beta1) * d;
  const v = beta2 * second + (1 - beta2) * d * d;
  const change = (learningRate * (m / (1 - beta1 ** step))) / (Math.sqrt(v / (1 - beta2 ** step)) + 1e-15);
  return { value: value - change, first: m, second: v };
}
