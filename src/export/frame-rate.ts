// Frame rates as films and televisions have them: NTSC's are 1000/1001 of whole ones, and people write 23.976 for
// 24000/1001. Players expect the exact ratio in the file, which a double holds well enough for the container to find.

/** How far from such a rate what people write for it may be, frames a second: 23.98 and 29.97 are. */
const ROUNDING = 0.005;

/** `value`, or the NTSC rate that it is written for. */
export function exactFrameRate(value: number): number {
  const whole = Math.round((value * 1001) / 1000);
  const ntsc = (whole * 1000) / 1001;
  const isKnown = [24, 30, 48, 60, 120].includes(whole);
  return isKnown && Math.abs(value - ntsc) < ROUNDING ? ntsc : value;
}

/** A rate written as a number or as a ratio, '24000/1001'; NaN for anything else. */
export function parseFrameRate(text: string): number {
  const [, above, below] = /^\s*(\d+)\s*[/:]\s*(\d+)\s*$/.exec(text) ?? [];
  if (above !== undefined) return Number(above) / Number(below);
  return text.trim() === '' ? Number.NaN : exactFrameRate(Number(text));
}
