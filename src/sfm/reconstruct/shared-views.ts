// What two pictures of a model ought to share, seen from nearly the same place, and what they do share. A scene that
// repeats itself (the sides of a fountain, of a yard) is folded onto itself by its look-alikes: then pictures of two
// sides stand in one place, the look-alike is in both, and nothing of what lies round it. Missing matches tell what
// matches cannot (Zach, Irschara and Bischof 2008; Heinly, Dunn and Frahm 2014).

import type { Model, Point } from './model.ts';

/** Largest angle under which two cameras see a point that both of them ought to find. */
const NEAR = Math.cos((15 * Math.PI) / 180);
/** Largest ratio of their distances to it. */
const DISTANCES = 1.5;
/** Points that must be expected for two pictures to be judged. */
const LEAST_EXPECTED = 40;
/** Cells of the picture across and down; points of a cell that must be expected for it to count. */
const CELLS = 4;
const LEAST_IN_CELL = 6;
/** A cell is empty below this share of its points. */
const EMPTY = 0.05;
/** Two pictures contradict each other where more than this share of the cells is empty. */
const CONTRADICTION = 0.5;
/** ... and agree below this one, when this share of the points is shared. */
const ACCORD = 0.35;
const LEAST_SHARED = 0.2;

export type Verdict = 'agree' | 'contradict' | 'unclear';

/**
 * For each other registered picture, whether `camera` shows its points where it ought to.
 * @returns [C], 'unclear' where too little is expected
 */
export function verdicts(model: Model, camera: number): Verdict[] {
  const count = model.features.length;
  const cells = CELLS * CELLS;
  const expected = new Uint32Array(count * cells);
  const shared = new Uint32Array(count * cells);
  const centres = Array.from({ length: count }, (_, c) => (model.registered[c] ? model.centre(c) : null));
  const [width, height] = extentOf(model, camera);
  for (const point of model.points) {
    if (!point) continue;
    const place = model.project(camera, point.x, point.y, point.z);
    if (!place) continue;
    const column = Math.floor((place.u / width) * CELLS);
    const row = Math.floor((place.v / height) * CELLS);
    if (column < 0 || row < 0 || column >= CELLS || row >= CELLS) continue;
    const cell = row * CELLS + column;
    const isShared = point.cameras.includes(camera);
    for (const other of point.cameras) {
      if (other === camera || !isNear(point, centres[camera]!, centres[other]!)) continue;
      expected[other * cells + cell]++;
      if (isShared) shared[other * cells + cell]++;
    }
  }
  return Array.from({ length: count }, (_, c) =>
    judge(expected.subarray(c * cells, (c + 1) * cells), shared.subarray(c * cells, (c + 1) * cells)),
  );
}

/** True where more of the pictures that stand near `camera` contradict it than agree. */
export function isContradicted(model: Model, camera: number): boolean {
  const found = verdicts(model, camera);
  return count(found, 'contradict') > count(found, 'agree');
}

const count = (list: readonly Verdict[], wanted: Verdict): number => list.filter((each) => each === wanted).length;

export interface Accord {
  /** Share of the judged pairs of pictures that agree, each picture's word about the other counted. */
  share: number;
  /** Pictures that most of their neighbours contradict, the worst first; each is judged without those before it. */
  misplaced: number[];
}

export function accordOf(model: Model): Accord {
  const cameras = [...model.registered.keys()].filter((c) => model.registered[c]);
  const found = new Map(cameras.map((c) => [c, verdicts(model, c)]));
  const all = cameras.flatMap((c) => found.get(c)!);
  const [agree, contradict] = [count(all, 'agree'), count(all, 'contradict')];
  const misplaced: number[] = [];
  const left = new Set(cameras);
  for (;;) {
    let worst = { camera: -1, excess: 0 };
    for (const camera of left) {
      const near = found.get(camera)!.filter((_, other) => left.has(other));
      const excess = count(near, 'contradict') - count(near, 'agree');
      if (excess > worst.excess) worst = { camera, excess };
    }
    if (worst.camera < 0) break;
    misplaced.push(worst.camera);
    left.delete(worst.camera);
  }
  return { share: agree + contradict === 0 ? 1 : agree / (agree + contradict), misplaced };
}

/** What the picture's features span: sizes of pictures are not known here, and borders hold no features. */
function extentOf(model: Model, camera: number): [number, number] {
  const { x, y } = model.features[camera];
  return [x.reduce((most, v) => Math.max(most, v), 1), y.reduce((most, v) => Math.max(most, v), 1)];
}

function isNear({ x, y, z }: Point, a: readonly number[], b: readonly number[]): boolean {
  const [ax, ay, az, bx, by, bz] = [x - a[0], y - a[1], z - a[2], x - b[0], y - b[1], z - b[2]];
  const la = Math.sqrt(ax * ax + ay * ay + az * az);
  const lb = Math.sqrt(bx * bx + by * by + bz * bz);
  return la < DISTANCES * lb && lb < DISTANCES * la && ax * bx + ay * by + az * bz > NEAR * la * lb;
}

function judge(expected: Uint32Array, shared: Uint32Array): Verdict {
  let [all, found, counted, empty] = [0, 0, 0, 0];
  expected.forEach((count, cell) => {
    all += count;
    found += shared[cell];
    if (count < LEAST_IN_CELL) return;
    counted++;
    if (shared[cell] < EMPTY * count) empty++;
  });
  if (all < LEAST_EXPECTED || counted === 0) return 'unclear';
  if (empty > CONTRADICTION * counted && found < LEAST_SHARED * all) return 'contradict';
  return empty <= ACCORD * counted && found >= LEAST_SHARED * all ? 'agree' : 'unclear';
}
