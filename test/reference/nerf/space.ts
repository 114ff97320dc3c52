// CPU reference of space.wgsl, random.wgsl and the march: where samples lie. All in float64, in the words of the
// shaders; the contraction is mip-NeRF 360's eq. 10 with the maximum norm, the field a cube [0, 1]^3.

export type Point = [number, number, number];

export function fieldFromScene(p: Point, unbounded: boolean): Point {
  if (!unbounded) return p.map((v) => v / 2 + 0.5) as Point;
  const norm = Math.max(...p.map(Math.abs));
  const factor = norm > 1 ? (2 - 1 / norm) / norm : 1;
  return p.map((v) => (v * factor) / 4 + 0.5) as Point;
}

/** The outermost shell, less than 0.02 from the cube's side in contracted units, is held at norm 50. */
export function sceneFromField(q: Point, unbounded: boolean): Point {
  if (!unbounded) return q.map((v) => 2 * v - 1) as Point;
  const c = q.map((v) => 4 * v - 2) as Point;
  const norm = Math.max(...c.map(Math.abs));
  const factor = norm > 1 ? 1 / (Math.max(2 - norm, 0.02) * norm) : 1;
  return c.map((v) => v * factor) as Point;
}

/** Cell of the grid, x fastest, or -1 outside the cube. */
export function occupancyCell(q: Point, resolution: number): number {
  if (q.some((v) => v < 0 || v >= 1)) return -1;
  const [x, y, z] = q.map((v) => Math.floor(v * resolution));
  return x + resolution * (y + resolution * z);
}

export interface Walk {
  resolution: number;
  unbounded: boolean;
  cone: number;
  stepMin: number;
  sampleLimit: number;
}

export interface MarchSample {
  q: Point;
  t: number;
  dt: number;
}

/** Samples of one ray: the middles of the steps that lie in occupied cells. */
export function march(
  origin: Point,
  direction: Point,
  [near, far]: [number, number],
  occupied: (cell: number) => boolean,
  walk: Walk,
): MarchSample[] {
  const samples: MarchSample[] = [];
  for (let t = near; t < far && samples.length < walk.sampleLimit; ) {
    const dt = Math.max(t * walk.cone, walk.stepMin);
    const middle = t + dt / 2;
    const q = fieldFromScene(origin.map((v, a) => v + middle * direction[a]) as Point, walk.unbounded);
    const cell = occupancyCell(q, walk.resolution);
    if (cell >= 0 && occupied(cell)) samples.push({ q, t: middle, dt });
    t += dt;
  }
  return samples;
}

/** Spans of packed rays, and what was kept of them: a prefix, since the inclusive sum only grows. */
export function scanCounts(counts: number[], capacity: number) {
  const spans: [number, number][] = [];
  let sum = 0;
  let samples = 0;
  let rays = 0;
  for (const count of counts) {
    const kept = sum + count <= capacity;
    spans.push(kept ? [sum, count] : [0, 0]);
    sum += count;
    if (kept) {
      samples = sum;
      rays++;
    }
  }
  return { spans, samples, rays, wanted: sum };
}

const pcg = (value: number): number => {
  const state = (Math.imul(value, 747796405) + 2891336453) >>> 0;
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
};

export function randomU32(seed: number, step: number, index: number, stream: number): number {
  return pcg((index + pcg((step + pcg((seed + pcg(stream)) >>> 0)) >>> 0)) >>> 0);
}

export function randomF32(seed: number, step: number, index: number, stream: number): number {
  return (randomU32(seed, step, index, stream) >>> 8) / 2 ** 24;
}
