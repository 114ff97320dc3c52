// Matching in plain loops: the reference of the kernel `nearest`. [N, 128] bytes each.

export function bestTwo(a: Uint8Array, b: Uint8Array): { best: number[]; second: number[]; index: number[] } {
  const out = { best: [] as number[], second: [] as number[], index: [] as number[] };
  for (let i = 0; i < a.length; i += 128) {
    let [best, second, index] = [0, 0, -1];
    for (let j = 0; j < b.length; j += 128) {
      let product = 0;
      for (let k = 0; k < 128; k++) product += a[i + k] * b[j + k];
      if (product > best) [second, best, index] = [best, product, j / 128];
      else second = Math.max(second, product);
    }
    out.best.push(best);
    out.second.push(second);
    out.index.push(index);
  }
  return out;
}

/** Mutual, by the ratio of angles both ways. */
export function mutualMatches(a: Uint8Array, b: Uint8Array, ratio: number, distance: number): [number, number][] {
  const [forward, backward] = [bestTwo(a, b), bestTwo(b, a)];
  const angle = (product: number) => Math.acos(Math.min(1, product / (512 * 512)));
  const isDistinct = (found: ReturnType<typeof bestTwo>, i: number) =>
    angle(found.best[i]) <= distance && angle(found.best[i]) < ratio * angle(found.second[i]);
  return forward.index.flatMap((j, i): [number, number][] =>
    j >= 0 && backward.index[j] === i && isDistinct(forward, i) && isDistinct(backward, j) ? [[i, j]] : [],
  );
}
