// Palette transfer: one smooth map of colour that gives a scene's colours the whole distribution of a style's, not its mean
// and covariance alone, so that red flowers may become the sun's orange while shadows become the sea. Colours of all views
// are moved by sliced optimal transport (Pitie et al. 2007; Bonneel et al. 2015): along random axes, each time a part of
// the way to the style's quantiles. What each was moved by is then fitted by a 3D table that is smooth where colours are
// few. The same map for every view, so that views agree.

import { InputError } from '../errors.ts';
import { mulberry32 } from '../random.ts';
import type { Picture } from '../scene/types.ts';

/**
 * What becomes of the scene's colours: the style's whole palette by one smooth map; the style's mean and covariance by a
 * linear one, exact and at once; or they are kept, and only luminance is painted.
 */
export const COLOUR_CHOICES = ['palette', 'linear', 'kept'] as const;
export type ColourChoice = (typeof COLOUR_CHOICES)[number];
export const DEFAULT_COLOURS: ColourChoice = 'linear';

/** x' = clamp(x + shift(x), 0, 1), shift read from the table between its nodes linearly. */
export interface Palette {
  /** Nodes a side, over sRGB 0..1. */
  side: number;
  /** Shift at each node. [side (blue), side (green), side (red), 3] */
  shift: Float32Array;
}

/** 17: a node every 16 steps of a byte; finer ones would follow single colours. */
const SIDE = 17;
/** Rounds of transport, and the part of the way that each goes: many small ones leave no seams along their axes. */
const [ROUNDS, PART] = [24, 0.6];
/** Colours of each side that take part. */
const COLOURS = 4096;
/**
 * Weight of the table's smoothness, its squared differences between neighbours, against the squared error of the colours,
 * means both. So much that neighbours in colour stay neighbours, and noise of a surface does not become confetti.
 */
const SMOOTHNESS = 1.5e-2;
const SOLVER_STEPS = 120;

/**
 * @param content, style colours [P, 3] and [Q, 3], sRGB 0..1
 * @param seed of the axes
 */
export function fitPalette(content: Float32Array, style: Float32Array, seed = 0): Palette {
  const from = spread(content);
  const to = transported(from, spread(style), seed);
  const shift = to.map((v, i) => v - from[i]);
  return { side: SIDE, shift: smoothTable(from, shift) };
}

/** Colours of pictures, evenly spread over them, what is transparent left out. [P, 3] */
export function coloursOf(pictures: Iterable<Picture>, most = 16 * COLOURS): Float32Array {
  const list = [...pictures];
  const pixels = list.reduce((sum, { data }) => sum + data.length / 4, 0);
  const every = Math.max(1, pixels / most);
  const out: number[] = [];
  let next = 0;
  let before = 0;
  for (const { data } of list) {
    const count = data.length / 4;
    for (; next < before + count; next += every) {
      const at = 4 * Math.floor(next - before);
      if (data[at + 3] >= 128) out.push(data[at] / 255, data[at + 1] / 255, data[at + 2] / 255);
    }
    before += count;
  }
  if (out.length === 0)
    throw new InputError({
      what: 'colours of pictures',
      where: null,
      expected: 'at least one visible pixel',
      found: 'none',
    });
  return Float32Array.from(out);
}

/** Recoloured copy; alpha stays. */
export function applyPalette(picture: Picture, palette: Palette): Picture {
  const { data: from } = picture;
  const data = new Uint8ClampedArray(from.length);
  const colour = [0, 0, 0];
  for (let i = 0; i < from.length; i += 4) {
    for (let c = 0; c < 3; c++) colour[c] = from[i + c] / 255;
    const shift = shiftAt(palette, colour[0], colour[1], colour[2]);
    for (let c = 0; c < 3; c++) data[i + c] = 255 * (colour[c] + shift[c]);
    data[i + 3] = from[i + 3];
  }
  return { width: picture.width, height: picture.height, data };
}

/** What a colour is moved by, before the clamp. */
export function shiftAt({ side, shift }: Palette, r: number, g: number, b: number): [number, number, number] {
  const out: [number, number, number] = [0, 0, 0];
  eachCorner(side, r, g, b, (node, weight) => {
    for (let c = 0; c < 3; c++) out[c] += weight * shift[3 * node + c];
  });
  return out;
}

/** So many colours at most, evenly spread. */
function spread(colours: Float32Array): Float64Array {
  const count = Math.min(COLOURS, colours.length / 3);
  const out = new Float64Array(3 * count);
  for (let i = 0; i < count; i++) {
    const at = 3 * Math.floor(((i + 0.5) * colours.length) / 3 / count);
    for (let c = 0; c < 3; c++) out[3 * i + c] = colours[at + c];
  }
  return out;
}

function transported(from: Float64Array, style: Float64Array, seed: number): Float64Array {
  const random = mulberry32(seed);
  const x = Float64Array.from(from);
  const count = x.length / 3;
  const goals = style.length / 3;
  for (let round = 0; round < ROUNDS; round++) {
    // Along all three axes from the same colours: the axes are at right angles, so that none undoes another.
    const moved = Float64Array.from(x);
    for (const axis of randomAxes(random)) {
      const along = projected(x, axis);
      const goal = projected(style, axis).sort();
      const order = Uint32Array.from(along, (_, i) => i).sort((a, b) => along[a] - along[b]);
      order.forEach((i, rank) => {
        const at = ((rank + 0.5) / count) * goals - 0.5;
        const low = Math.min(goals - 1, Math.max(0, Math.floor(at)));
        const high = Math.min(goals - 1, low + 1);
        const wanted = goal[low] + Math.min(1, Math.max(0, at - low)) * (goal[high] - goal[low]);
        const by = PART * (wanted - along[i]);
        for (let c = 0; c < 3; c++) moved[3 * i + c] += by * axis[c];
      });
    }
    x.set(moved);
  }
  return x;
}

function projected(colours: Float64Array, [x, y, z]: readonly number[]): Float64Array {
  const out = new Float64Array(colours.length / 3);
  for (let i = 0; i < out.length; i++) out[i] = x * colours[3 * i] + y * colours[3 * i + 1] + z * colours[3 * i + 2];
  return out;
}

/** Three unit axes at right angles, turned at random: rows of the matrix of a uniform quaternion (Shoemake 1992). */
function randomAxes(random: () => number): [number, number, number][] {
  const [u, v, w] = [random(), 2 * Math.PI * random(), 2 * Math.PI * random()];
  const [a, b, c, d] = [
    Math.sqrt(1 - u) * Math.sin(v),
    Math.sqrt(1 - u) * Math.cos(v),
    Math.sqrt(u) * Math.sin(w),
    Math.sqrt(u) * Math.cos(w),
  ];
  return [
    [1 - 2 * (b * b + c * c), 2 * (a * b - c * d), 2 * (a * c + b * d)],
    [2 * (a * b + c * d), 1 - 2 * (a * a + c * c), 2 * (b * c - a * d)],
    [2 * (a * c - b * d), 2 * (b * c + a * d), 1 - 2 * (a * a + b * b)],
  ];
}

/**
 * The table whose readings at `from` are nearest to `shift`, and which is smooth: a linear least-squares problem, solved by
 * conjugate gradients, channel by channel.
 */
function smoothTable(from: Float64Array, shift: Float64Array): Float32Array {
  const count = from.length / 3;
  const nodes = SIDE ** 3;
  const corner = new Uint32Array(8 * count);
  const weight = new Float64Array(8 * count);
  for (let i = 0; i < count; i++) {
    let k = 8 * i;
    eachCorner(SIDE, from[3 * i], from[3 * i + 1], from[3 * i + 2], (node, share) => {
      corner[k] = node;
      weight[k++] = share;
    });
  }
  /** (sum over colours of w w^T / count + smoothness * differences) t. */
  const normal = (t: Float64Array): Float64Array => {
    const out = new Float64Array(nodes);
    for (let i = 0; i < count; i++) {
      let read = 0;
      for (let k = 8 * i; k < 8 * i + 8; k++) read += weight[k] * t[corner[k]];
      for (let k = 8 * i; k < 8 * i + 8; k++) out[corner[k]] += (weight[k] * read) / count;
    }
    const share = SMOOTHNESS / SIDE ** 2;
    eachNeighbour((a, b) => {
      const by = share * (t[a] - t[b]);
      out[a] += by;
      out[b] -= by;
    });
    return out;
  };
  const table = new Float32Array(3 * nodes);
  for (let c = 0; c < 3; c++) {
    const right = new Float64Array(nodes);
    for (let k = 0; k < 8 * count; k++) right[corner[k]] += (weight[k] * shift[3 * Math.floor(k / 8) + c]) / count;
    solved(normal, right).forEach((v, node) => {
      table[3 * node + c] = v;
    });
  }
  return table;
}

function solved(normal: (t: Float64Array) => Float64Array, right: Float64Array): Float64Array {
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
  const x = new Float64Array(right.length);
  const residual = Float64Array.from(right);
  let direction = Float64Array.from(right);
  let before = dot(residual, residual);
  for (let step = 0; step < SOLVER_STEPS && before > 1e-24; step++) {
    const along = normal(direction);
    const size = before / dot(direction, along);
    for (let i = 0; i < x.length; i++) {
      x[i] += size * direction[i];
      residual[i] -= size * along[i];
    }
    const now = dot(residual, residual);
    const old = direction;
    direction = residual.map((v, i) => v + (now / before) * old[i]);
    before = now;
  }
  return x;
}

/** The eight nodes around a colour, with their shares, which sum to 1. */
function eachCorner(side: number, r: number, g: number, b: number, visit: (node: number, share: number) => void): void {
  const place = (v: number): [number, number] => {
    const at = Math.min(1, Math.max(0, v)) * (side - 1);
    const low = Math.min(side - 2, Math.floor(at));
    return [low, at - low];
  };
  const [[x, fx], [y, fy], [z, fz]] = [place(r), place(g), place(b)];
  for (let k = 0; k < 8; k++) {
    const [i, j, l] = [k & 1, (k >> 1) & 1, k >> 2];
    const share = (i ? fx : 1 - fx) * (j ? fy : 1 - fy) * (l ? fz : 1 - fz);
    visit(((z + l) * side + y + j) * side + x + i, share);
  }
}

function eachNeighbour(visit: (a: number, b: number) => void): void {
  for (const stride of [1, SIDE, SIDE * SIDE]) {
    for (let node = 0; node + stride < SIDE ** 3; node++) {
      if (Math.floor(node / stride) % SIDE < SIDE - 1) visit(node, node + stride);
    }
  }
}
