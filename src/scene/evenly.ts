// Some of many, spread evenly.

/**
 * `count` of the items, all where there are no more: of as many equal parts the first or the middle item each, or the
 * first and the last of all and what lies evenly between.
 */
export function evenly<T>(items: readonly T[], count: number, take: 'firsts' | 'middles' | 'ends'): T[] {
  if (items.length <= count) return [...items];
  const index = {
    firsts: (i: number) => Math.floor((i * items.length) / count),
    middles: (i: number) => Math.floor(((i + 0.5) * items.length) / count),
    ends: (i: number) => Math.round((i * (items.length - 1)) / Math.max(1, count - 1)),
  }[take];
  return Array.from({ length: count }, (_, i) => items[index(i)]);
}
