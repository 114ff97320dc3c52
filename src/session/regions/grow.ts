// Regions of a surface: grown from a point as far as colour and creases let it (what a tolerance lets through is told
// for all tolerances at once), or shared out among seeds by who reaches a cell first.

import { neighbourhood, type Surface } from './surface.ts';

/** Cells over which growth may leap: gaps between the points of several views. */
const LEAP = 2;
/** Cells round the seed whose mean colour is what is looked for. */
const SEED_REACH = 2;
/** What asks for tolerance 1, which lets all through: this much of colour, CIELAB with lightness at LIGHTNESS of its weight ... */
const COLOUR = 80;
const LIGHTNESS = 0.4;
/** ... or a crease so deep (a right angle is .3), beyond what noisy geometry has everywhere ... */
const HOLLOW = 0.4;
const HOLLOW_NOISE = 0.1;
/** ... or two cells that face each other so much, as the sides of a gap do: the sine of the angle. */
const FACING = 0.6;
/** From cell to cell a colour may change by this share of COLOUR. */
const STEP = 0.7;
/** Tolerances are told apart by so many levels. */
const LEVELS = 512;

/** The tolerance that suits most things. */
export const DEFAULT_TOLERANCE = 0.2;

/**
 * Grows from a cell of the surface.
 * @returns the tolerance 0..1 from which on each cell belongs to the region, above 1 where nothing leads. [n]
 */
export function growFrom(surface: Surface, seed: number): Float32Array {
  const { lab, hollow, count } = surface;
  const colour = meanColour(surface, seed);
  const own = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    own[i] = Math.hypot(difference(lab, 3 * i, colour, 0) / COLOUR, Math.max(0, hollow[i] - HOLLOW_NOISE) / HOLLOW);
  }
  // The least of the greatest cost on the way (a minimax path), by levels: each cell settles once, the cheapest first.
  const level = new Int32Array(count).fill(LEVELS + 1);
  const queues: number[][] = Array.from({ length: LEVELS + 1 }, () => []);
  const around = neighbourhood(surface, LEAP);
  level[seed] = 0;
  queues[0].push(seed);
  for (let now = 0; now <= LEVELS; now++) {
    const queue = queues[now];
    for (let k = 0; k < queue.length; k++) {
      const from = queue[k];
      if (level[from] < now) continue;
      around(from, (to) => {
        if (level[to] <= now) return;
        const cost = Math.max(
          own[to],
          difference(lab, 3 * to, lab, 3 * from) / (STEP * COLOUR),
          facing(surface, from, to) / FACING,
        );
        const reached = Math.max(now, Math.ceil(Math.min(1, cost) * LEVELS));
        if (reached >= level[to]) return;
        level[to] = reached;
        queues[reached].push(to);
      });
    }
  }
  return Float32Array.from(level, (each) => each / LEVELS);
}

/** The cells within a tolerance, and the small holes between them. [n] 0 or 1 */
export function within(surface: Surface, costs: Float32Array, tolerance: number): Uint8Array {
  const inside = Uint8Array.from(costs, (cost) => (cost <= tolerance ? 1 : 0));
  return closed(surface, inside);
}

/** Holes and gaps of a cell or two are filled: grown by a cell twice, then shrunk as often. */
function closed(surface: Surface, inside: Uint8Array): Uint8Array {
  const around = neighbourhood(surface, 1);
  const spread = (of: Uint8Array, value: number) => {
    const out = Uint8Array.from(of);
    for (let i = 0; i < of.length; i++) {
      if (of[i] !== value) continue;
      around(i, (j) => {
        out[j] = value;
      });
    }
    return out;
  };
  const grown = spread(spread(inside, 1), 1);
  const shrunk = spread(spread(grown, 0), 0);
  for (let i = 0; i < shrunk.length; i++) shrunk[i] |= inside[i];
  return shrunk;
}

/**
 * Shares all cells out among seeds: each belongs to the seed from which the way is shortest, where colours change and
 * creases make a way long.
 * @param seeds 1 and 2 for the two sides, 0 for cells to be shared out. [n]
 * @returns 1 or 2 for each cell, 0 where no seed leads. [n]
 */
export function shareOut(surface: Surface, seeds: Uint8Array): Uint8Array {
  const { lab, hollow, cellOf, resolution, count } = surface;
  const side = Uint8Array.from(seeds);
  const length = new Float32Array(count).fill(Number.POSITIVE_INFINITY);
  const queues: number[][] = [];
  const push = (index: number, far: number) => {
    queues[far] ??= [];
    queues[far].push(index);
  };
  for (let i = 0; i < count; i++) {
    if (!seeds[i]) continue;
    length[i] = 0;
    push(i, 0);
  }
  const around = neighbourhood(surface, LEAP);
  const plane = resolution * resolution;
  const apart = (a: number, b: number) => {
    const x = (a % resolution) - (b % resolution);
    const y = (Math.floor(a / resolution) % resolution) - (Math.floor(b / resolution) % resolution);
    return Math.hypot(x, y, Math.floor(a / plane) - Math.floor(b / plane));
  };
  for (let now = 0; now < queues.length; now++) {
    const queue = queues[now] ?? [];
    for (let k = 0; k < queue.length; k++) {
      const from = queue[k];
      if (Math.floor(length[from] * PARTS) < now) continue;
      around(from, (to) => {
        const hard = difference(lab, 3 * to, lab, 3 * from) / COLOUR + Math.max(0, hollow[to]) / HOLLOW;
        const far = length[from] + apart(cellOf[from], cellOf[to]) * (1 + HARDNESS * hard);
        if (far >= length[to]) return;
        length[to] = far;
        side[to] = side[from];
        push(to, Math.floor(far * PARTS));
      });
    }
    delete queues[now];
  }
  return side;
}

/** Steps to a cell's length by which ways are told apart. */
const PARTS = 2;
/** How many times longer a way is through a full change of colour or a deep crease. */
const HARDNESS = 20;

/** How much two cells rise above each other's planes: 0 over an edge, the sine of half the angle in a crease. */
function facing({ point, normal }: Surface, a: number, b: number): number {
  const [i, j] = [3 * a, 3 * b];
  const [x, y, z] = [point[j] - point[i], point[j + 1] - point[i + 1], point[j + 2] - point[i + 2]];
  const turn = (normal[i] - normal[j]) * x + (normal[i + 1] - normal[j + 1]) * y + (normal[i + 2] - normal[j + 2]) * z;
  return Math.max(0, turn / 2 / (Math.hypot(x, y, z) || 1));
}

function meanColour(surface: Surface, seed: number): [number, number, number] {
  const { lab } = surface;
  const sum: [number, number, number] = [lab[3 * seed], lab[3 * seed + 1], lab[3 * seed + 2]];
  let n = 1;
  neighbourhood(surface, SEED_REACH)(seed, (i) => {
    for (let c = 0; c < 3; c++) sum[c] += lab[3 * i + c];
    n++;
  });
  return [sum[0] / n, sum[1] / n, sum[2] / n];
}

function difference(a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number): number {
  return Math.hypot(LIGHTNESS * (a[i] - b[j]), a[i + 1] - b[j + 1], a[i + 2] - b[j + 2]);
}
