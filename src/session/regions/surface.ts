// The surfaces of a field as a cloud of cells: points lifted from several views, gathered in the cells of the region
// volume with their mean place, colour and normal. What no view sees is not in it.

import { cellSize, fieldFromScene } from '../../nerf/space.ts';
import type { Vec3 } from '../../scene/matrix.ts';
import { type DepthView, liftView, normalsOf, projector } from './lift.ts';

/** Which cells may hold anything. */
export interface Occupancy {
  resolution: number;
  /** [resolution^3 / 32] */
  bits: Uint32Array;
}

export interface SurfaceView extends DepthView {
  /** sRGB 0..1. [H, W, 3] */
  rgb: Float32Array;
}

export interface Surface {
  /** Cells a side of the volume. */
  resolution: number;
  unbounded: boolean;
  /** n */
  count: number;
  /** Cell of the volume, x fastest. [n] */
  cellOf: Int32Array;
  /** Which of the surface's cells, or -1. [resolution^3] */
  indexOf: Int32Array;
  /** Mean point, scene units. [n, 3] */
  point: Float32Array;
  /** Towards the eyes, unit length. [n, 3] */
  normal: Float32Array;
  /** CIELAB of the mean colour: L 0..100. [n, 3] */
  lab: Float32Array;
  /** How far the surface beside rises above the cell: 0 flat, .3 in a right-angled crease, below 0 on an edge. [n] */
  hollow: Float32Array;
}

/** Floats summed a cell: points, point, normals, normal, colour. */
const STRIDE = 11;
/** Cells that fewer points fall into are noise. */
const LEAST_POINTS = 2;
/** Cells round about that a normal is smoothed over, and that tell a crease. */
const SMOOTH_REACH = 1;
const SMOOTH_ROUNDS = 2;
const CREASE_REACH = 3;

export class SurfaceGatherer {
  private sums = new Float32Array(STRIDE * 4096);
  private cells: number[] = [];
  private readonly indexOf: Int32Array;

  constructor(
    private readonly resolution: number,
    private readonly unbounded: boolean,
    private readonly occupancy: Occupancy,
  ) {
    this.indexOf = new Int32Array(resolution ** 3).fill(-1);
  }

  /** Adds what a view sees. */
  add(view: SurfaceView): void {
    const points = liftView(view);
    const normals = normalsOf(points, view.camera);
    for (let i = 0; i < points.length; i += 3) {
      if (Number.isNaN(points[i])) continue;
      const q = fieldFromScene([points[i], points[i + 1], points[i + 2]], this.unbounded);
      if (!occupied(this.occupancy, q)) continue;
      const at = STRIDE * this.indexAt(cellOfPoint(q, this.resolution));
      const { sums } = this;
      sums[at]++;
      for (let c = 0; c < 3; c++) sums[at + 1 + c] += points[i + c];
      if (!Number.isNaN(normals[i])) {
        sums[at + 4]++;
        for (let c = 0; c < 3; c++) sums[at + 5 + c] += normals[i + c];
      }
      for (let c = 0; c < 3; c++) sums[at + 8 + c] += view.rgb[i + c];
    }
  }

  private indexAt(cell: number): number {
    if (this.indexOf[cell] >= 0) return this.indexOf[cell];
    const index = this.cells.length;
    this.cells.push(cell);
    this.indexOf[cell] = index;
    if (STRIDE * (index + 1) > this.sums.length) {
      const larger = new Float32Array(2 * this.sums.length);
      larger.set(this.sums);
      this.sums = larger;
    }
    return index;
  }

  finish(): Surface {
    const { sums, resolution, unbounded } = this;
    const kept = this.cells
      .map((_, i) => i)
      .filter((i) => sums[STRIDE * i] >= LEAST_POINTS && sums[STRIDE * i + 4] > 0);
    const indexOf = new Int32Array(resolution ** 3).fill(-1);
    const surface: Surface = {
      resolution,
      unbounded,
      count: kept.length,
      cellOf: Int32Array.from(kept, (i) => this.cells[i]),
      indexOf,
      point: new Float32Array(3 * kept.length),
      normal: new Float32Array(3 * kept.length),
      lab: new Float32Array(3 * kept.length),
      hollow: new Float32Array(kept.length),
    };
    kept.forEach((from, to) => {
      const at = STRIDE * from;
      indexOf[this.cells[from]] = to;
      const n = sums[at];
      const colour: Vec3 = [sums[at + 8] / n, sums[at + 9] / n, sums[at + 10] / n];
      surface.point.set([sums[at + 1] / n, sums[at + 2] / n, sums[at + 3] / n], 3 * to);
      surface.normal.set([sums[at + 5], sums[at + 6], sums[at + 7]], 3 * to);
      surface.lab.set(labFromSrgb(colour), 3 * to);
    });
    for (let round = 0; round < SMOOTH_ROUNDS; round++) smoothNormals(surface);
    findHollows(surface);
    return surface;
  }
}

function smoothNormals(surface: Surface): void {
  const { normal, count } = surface;
  const before = Float32Array.from(normal);
  const around = neighbourhood(surface, SMOOTH_REACH);
  for (let i = 0; i < count; i++) {
    let [x, y, z] = [before[3 * i], before[3 * i + 1], before[3 * i + 2]];
    around(i, (j) => {
      // The far side of a thin thing is another surface.
      const [nx, ny, nz] = [before[3 * j], before[3 * j + 1], before[3 * j + 2]];
      if (nx * before[3 * i] + ny * before[3 * i + 1] + nz * before[3 * i + 2] <= 0) return;
      x += nx;
      y += ny;
      z += nz;
    });
    const length = Math.hypot(x, y, z) || 1;
    normal.set([x / length, y / length, z / length], 3 * i);
  }
}

function findHollows(surface: Surface): void {
  const { normal, point, hollow, count } = surface;
  const around = neighbourhood(surface, CREASE_REACH);
  for (let i = 0; i < count; i++) {
    const at = 3 * i;
    let [sum, n] = [0, 0];
    around(i, (j) => {
      const [dx, dy, dz] = [
        point[3 * j] - point[at],
        point[3 * j + 1] - point[at + 1],
        point[3 * j + 2] - point[at + 2],
      ];
      sum += (dx * normal[at] + dy * normal[at + 1] + dz * normal[at + 2]) / (Math.hypot(dx, dy, dz) || 1);
      n++;
    });
    hollow[i] = n ? sum / n : 0;
  }
}

/** Visits the surface's cells within so many cells of one, itself excepted. */
export function neighbourhood(
  { resolution, cellOf, indexOf }: Surface,
  reach: number,
): (index: number, visit: (other: number) => void) => void {
  const plane = resolution * resolution;
  return (index, visit) => {
    const cell = cellOf[index];
    const [x, y, z] = [cell % resolution, Math.floor(cell / resolution) % resolution, Math.floor(cell / plane)];
    const [x0, x1] = [Math.max(0, x - reach), Math.min(resolution - 1, x + reach)];
    const [y0, y1] = [Math.max(0, y - reach), Math.min(resolution - 1, y + reach)];
    const [z0, z1] = [Math.max(0, z - reach), Math.min(resolution - 1, z + reach)];
    for (let cz = z0; cz <= z1; cz++) {
      for (let cy = y0; cy <= y1; cy++) {
        const row = cz * plane + cy * resolution;
        for (let cx = x0; cx <= x1; cx++) {
          const other = indexOf[row + cx];
          if (other >= 0 && other !== index) visit(other);
        }
      }
    }
  };
}

/** The surface's cell nearest to a point, or -1 where there is none within a few cells. */
export function surfaceAt(surface: Surface, p: Vec3, reach = 3): number {
  const { resolution, indexOf, point } = surface;
  const cell = fieldFromScene(p, surface.unbounded).map((v) => Math.floor(v * resolution));
  let [best, least] = [-1, Number.POSITIVE_INFINITY];
  for (let dz = -reach; dz <= reach; dz++) {
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        const [x, y, z] = [cell[0] + dx, cell[1] + dy, cell[2] + dz];
        if (Math.min(x, y, z) < 0 || Math.max(x, y, z) >= resolution) continue;
        const i = indexOf[x + resolution * (y + resolution * z)];
        if (i < 0) continue;
        const far = Math.hypot(point[3 * i] - p[0], point[3 * i + 1] - p[1], point[3 * i + 2] - p[2]);
        if (far < least) [best, least] = [i, far];
      }
    }
  }
  return best;
}

/** Where a view sees the cells of a surface. */
export interface SeenCells {
  /** Pixel positions of the cells' points, NaN for those that the view does not see. [n, 2] */
  pixel: Float32Array;
}

/** Cells whose depth agrees with the view's count as seen, to within so many cells. */
const SEEN_CELLS = 2;

/** @param project finds points in the view; by default as a pinhole does */
export function seenCells(surface: Surface, view: DepthView, project = projector(view.camera)): SeenCells {
  const { point, count, resolution, unbounded } = surface;
  const { width, height } = view.camera;
  const pixel = new Float32Array(2 * count).fill(Number.NaN);
  for (let i = 0; i < count; i++) {
    const p: Vec3 = [point[3 * i], point[3 * i + 1], point[3 * i + 2]];
    const [x, y, z] = project(...p);
    if (!(z > 0 && x >= 0 && y >= 0 && x < width && y < height)) continue;
    const at = Math.floor(y) * width + Math.floor(x);
    if (!(view.opacity[at] > 0.5)) continue;
    if (Math.abs(view.depth[at] - z) > SEEN_CELLS * cellSize(p, resolution, unbounded)) continue;
    pixel.set([x, y], 2 * i);
  }
  return { pixel };
}

export function cellOfPoint(q: Readonly<Vec3>, resolution: number): number {
  const [x, y, z] = q.map((v) => Math.min(resolution - 1, Math.max(0, Math.floor(v * resolution))));
  return x + resolution * (y + resolution * z);
}

function occupied({ resolution, bits }: Occupancy, q: Vec3): boolean {
  if (!(Math.min(...q) >= 0 && Math.max(...q) < 1)) return false;
  const cell = cellOfPoint(q, resolution);
  return ((bits[cell >> 5] >>> (cell & 31)) & 1) === 1;
}

/** CIELAB under D65 (CIE 15:2004). @param rgb sRGB 0..1 */
export function labFromSrgb(rgb: Readonly<Vec3>): Vec3 {
  const [r, g, b] = rgb.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
