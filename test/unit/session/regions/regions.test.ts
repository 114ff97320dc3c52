// Regions on the CPU: labels and their edits, soft weights, runs; surfaces gathered from views of solids; growth by
// colour and creases; masks of one view shared out to the sides that it does not show.

import { describe, expect, it } from 'vitest';
import { fieldFromScene } from '../../../../src/nerf/space.ts';
import type { Vec3 } from '../../../../src/scene/matrix.ts';
import { growFrom, shareOut, within } from '../../../../src/session/regions/grow.ts';
import { labelsOfRuns, RegionLabels, runsOf } from '../../../../src/session/regions/labels.ts';
import { liftView, normalsOf, pointAt, projector } from '../../../../src/session/regions/lift.ts';
import { nearestOf, zoneOf } from '../../../../src/session/regions/reach.ts';
import { softWeights } from '../../../../src/session/regions/soften.ts';
import {
  cellOfPoint,
  labFromSrgb,
  type Occupancy,
  type Surface,
  SurfaceGatherer,
  seenCells,
  surfaceAt,
} from '../../../../src/session/regions/surface.ts';
import * as reference from '../../../reference/nerf/space.ts';
import { ball, box, cameraAt, camerasRound, type Solid, viewOf } from '../../../reference/solids.ts';

const everywhere: Occupancy = { resolution: 32, bits: new Uint32Array(1024).fill(0xffffffff) };
const RED: Vec3 = [0.8, 0.15, 0.1];
const BLUE: Vec3 = [0.1, 0.2, 0.75];
const GREY: Vec3 = [0.5, 0.5, 0.5];

function surfaceOf(solids: Solid[], resolution = 64, unbounded = false): Surface {
  const gatherer = new SurfaceGatherer(resolution, unbounded, everywhere);
  for (const camera of camerasRound(12, 96)) gatherer.add(viewOf(camera, solids));
  return gatherer.finish();
}

/** Share of the cells for which a region says what is true. */
function agreement(surface: Surface, inside: Uint8Array, truth: (p: Vec3) => boolean): number {
  let right = 0;
  for (let i = 0; i < surface.count; i++) {
    const p: Vec3 = [surface.point[3 * i], surface.point[3 * i + 1], surface.point[3 * i + 2]];
    if ((inside[i] === 1) === truth(p)) right++;
  }
  return right / surface.count;
}

describe('space', () => {
  it('is that of the shaders, there and back', () => {
    for (const p of [
      [0.2, -0.9, 0.4],
      [1.5, -3, 0.2],
      [-20, 4, 11],
    ] as Vec3[]) {
      for (const unbounded of [false, true]) {
        const q = fieldFromScene(p, unbounded);
        expect(q).toBeAllclose(reference.fieldFromScene(p, unbounded), { absolute: 1e-12 });
        expect(reference.sceneFromField(q, unbounded)).toBeAllclose(p, { absolute: 1e-9 });
      }
    }
  });
});

describe('labels', () => {
  it('tell what an edit changed, and undo and redo just that', () => {
    const labels = new RegionLabels(4);
    const first = labels.edit((cell) => (cell < 10 ? 1 : 0));
    expect([...first.cells]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const second = labels.edit((cell, present) => (cell >= 8 && cell < 12 ? 2 : present));
    expect([labels.count(1), labels.count(2)]).toEqual([8, 4]);
    labels.undo(second);
    expect([labels.count(1), labels.count(2)]).toEqual([10, 0]);
    labels.redo(second);
    labels.undo(second);
    labels.undo(first);
    expect(labels.of.every((label) => label === 0)).toBe(true);
  });

  it('are written as runs and come back the same', () => {
    const labels = new Uint8Array(16 ** 3).map((_, i) => (i % 700 < 300 ? 0 : (i >> 7) % 5));
    const runs = runsOf(labels);
    expect(runs.length).toBeLessThan(200);
    expect(labelsOfRuns(runs, labels.length)).toEqual(labels);
    expect(runsOf(new Uint8Array(128 ** 3)).length).toBe(5);
  });

  it('refuses runs that do not fit', () => {
    const runs = runsOf(new Uint8Array(64).fill(3));
    expect(labelsOfRuns(runs, 63)).toBeNull();
    expect(labelsOfRuns(runs, 65)).toBeNull();
    expect(labelsOfRuns([5, 64], 64)).toBeNull();
    expect(labelsOfRuns([1, 192], 64)).toBeNull();
    expect(labelsOfRuns([1, 0, 1, 64], 64)).toBeNull();
    expect(labelsOfRuns([1], 1)).toBeNull();
  });
});

describe('soft weights', () => {
  const n = 16;
  const labels = new Uint8Array(n ** 3).map((_, cell) => (cell % n < 8 ? 1 : 2));
  const shell = new Uint8Array(n ** 3).map((_, cell) => (Math.floor(cell / n) % n === 7 ? 1 : 0));
  const weightsAt = (weights: Uint32Array, x: number) => {
    const word = weights[x + n * (7 + n * 8)];
    return [word & 255, (word >> 8) & 255, (word >> 16) & 255, word >>> 24];
  };

  it('are the labels where no border is soft', () => {
    const weights = softWeights(labels, shell, n, [0, 0, 0, 0]);
    expect([6, 7, 8, 9].map((x) => weightsAt(weights, x))).toEqual([
      [255, 0, 0, 0],
      [255, 0, 0, 0],
      [0, 255, 0, 0],
      [0, 255, 0, 0],
    ]);
  });

  it('fall off along a thin shell, half at the border, whole away from it, and never sum to more than one', () => {
    const thin = labels.map((label, cell) => (shell[cell] ? label : 0));
    const weights = softWeights(thin, shell, n, [2, 2, 0, 0]);
    const first = Array.from({ length: n }, (_, x) => weightsAt(weights, x)[0]);
    expect(first.slice(0, 4)).toEqual([255, 255, 255, 255]);
    expect(first.slice(12)).toEqual([0, 0, 0, 0]);
    for (let x = 4; x < 12; x++) {
      expect(first[x]).toBeLessThanOrEqual(first[x - 1]);
      const [a, b] = weightsAt(weights, x);
      expect(a + b).toBeGreaterThanOrEqual(253);
      expect(a + b).toBeLessThanOrEqual(255);
    }
    expect(Math.abs(first[7] + first[8] - 255)).toBeLessThanOrEqual(2);
  });

  it('share a border of two softnesses without running over', () => {
    const weights = softWeights(labels, shell, n, [4, 1, 0, 0]);
    for (let x = 0; x < n; x++) {
      const [a, b, c, d] = weightsAt(weights, x);
      expect(a + b + c + d).toBeLessThanOrEqual(255);
    }
  });
});

describe('lifting', () => {
  const camera = cameraAt([1.2, 1.1, -2.4], 48);
  const view = viewOf(camera, [ball([0, 0, 0], 0.7, RED)]);

  it('brings pixels onto the surface and back, normals towards the eye', () => {
    const points = liftView(view);
    const normals = normalsOf(points, camera);
    const project = projector(camera);
    let [seen, straight] = [0, 0];
    for (let i = 0; i < 48 * 48; i++) {
      if (Number.isNaN(points[3 * i])) continue;
      seen++;
      const p = [points[3 * i], points[3 * i + 1], points[3 * i + 2]] as Vec3;
      expect(Math.hypot(...p)).toBeCloseTo(0.7, 4);
      expect(project(...p)).toBeAllclose([(i % 48) + 0.5, Math.floor(i / 48) + 0.5, view.depth[i]], { absolute: 1e-4 });
      const n = [normals[3 * i], normals[3 * i + 1], normals[3 * i + 2]];
      const cosine = n.reduce((sum, v, a) => sum + (v * p[a]) / 0.7, 0);
      if (cosine > 0.98) straight++;
    }
    expect(seen).toBeGreaterThan(500);
    expect(straight / seen).toBeGreaterThan(0.85);
  });

  it('takes nothing from empty pixels, nor from those that mix two surfaces', () => {
    const mixed = { ...view, depth: Float32Array.from(view.depth), opacity: Float32Array.from(view.opacity) };
    mixed.depth[24 * 48 + 24] *= 1.1;
    const points = liftView(mixed);
    expect(points[0]).toBeNaN();
    expect(points[3 * (24 * 48 + 24)]).toBeNaN();
  });
});

describe('surfaces', () => {
  it('are those of the solids, with their colours and normals, from all sides', () => {
    const surface = surfaceOf([ball([0, 0, 0], 0.7, RED)]);
    const lab = labFromSrgb(RED);
    const octants = new Set<number>();
    for (let i = 0; i < surface.count; i++) {
      const p = [surface.point[3 * i], surface.point[3 * i + 1], surface.point[3 * i + 2]];
      expect(Math.hypot(...p)).toBeCloseTo(0.7, 1);
      expect(surface.lab[3 * i + 1]).toBeCloseTo(lab[1], 2);
      const along = p.reduce((sum, v, a) => sum + (v / 0.7) * surface.normal[3 * i + a], 0);
      expect(along).toBeGreaterThan(0.8);
      expect(surface.hollow[i]).toBeLessThan(0.05);
      octants.add(p.reduce((bits, v, a) => bits | (v > 0 ? 1 << a : 0), 0));
    }
    expect(octants.size).toBe(8);
    expect(surfaceAt(surface, [0.7, 0, 0])).toBeGreaterThanOrEqual(0);
    expect(surfaceAt(surface, [0, 0, 0])).toBe(-1);
  });

  it('leave out what lies in cells that are known to be empty', () => {
    const bits = Uint32Array.from(everywhere.bits);
    bits.fill(0, 512);
    const gatherer = new SurfaceGatherer(64, false, { resolution: 32, bits });
    for (const camera of camerasRound(6, 48)) gatherer.add(viewOf(camera, [ball([0, 0, 0], 0.7, RED)]));
    const { point, count } = gatherer.finish();
    expect(count).toBeGreaterThan(200);
    for (let i = 0; i < count; i++) expect(point[3 * i + 2]).toBeLessThan(0);
  });

  it('hand their cells on to all that may hold something near by', () => {
    const surface = surfaceOf([ball([0, 0, 0], 0.7, RED)], 32);
    const zone = zoneOf(everywhere, 32);
    const nearest = nearestOf(surface, zone);
    let checked = 0;
    for (let cell = 0; cell < zone.length; cell += 37) {
      const at = [cell % 32, Math.floor(cell / 32) % 32, Math.floor(cell / 1024)];
      let least = Number.POSITIVE_INFINITY;
      const far = (i: number) => {
        const c = surface.cellOf[i];
        return (at[0] - (c % 32)) ** 2 + (at[1] - (Math.floor(c / 32) % 32)) ** 2 + (at[2] - Math.floor(c / 1024)) ** 2;
      };
      for (let i = 0; i < surface.count; i++) least = Math.min(least, far(i));
      if (least > 36) continue;
      checked++;
      // The hand-on is nearly exact: the neighbour of a neighbour may know a nearer one.
      expect(Math.sqrt(far(nearest[cell]))).toBeLessThan(Math.sqrt(least) + 0.5);
    }
    expect(checked).toBeGreaterThan(300);
  });

  it('widen the occupied cells by one', () => {
    const bits = new Uint32Array(1024);
    bits[16 + 32 * 16] = 1 << 5;
    const zone = zoneOf({ resolution: 32, bits }, 64);
    expect(zone.reduce((sum, v) => sum + v, 0)).toBe(4 ** 3);
    expect(zone[10 + 64 * (32 + 64 * 32)]).toBe(1);
    expect(zone[9 + 64 * (31 + 64 * 31)]).toBe(1);
    expect(zone[8 + 64 * (32 + 64 * 32)]).toBe(0);
  });
});

describe('growth', () => {
  it('stops where colour changes, though the boxes touch and are flush', () => {
    const surface = surfaceOf([
      box([-0.6, -0.3, -0.3], [0, 0.3, 0.3], RED),
      box([0, -0.3, -0.3], [0.6, 0.3, 0.3], BLUE),
    ]);
    const costs = growFrom(surface, surfaceAt(surface, [-0.3, 0.3, 0]));
    expect(agreement(surface, within(surface, costs, 0.2), ([x]) => x < 0)).toBeGreaterThan(0.97);
    expect(agreement(surface, within(surface, costs, 1), () => true)).toBeGreaterThan(0.99);
  });

  it('stops in the crease between a ball and its table, of one colour', () => {
    const solids = [ball([0, 0.05, 0], 0.35, GREY), box([-0.9, -0.6, -0.9], [0.9, -0.3, 0.9], GREY)];
    const surface = surfaceOf(solids);
    const onBall = ([x, y, z]: Vec3) => Math.hypot(x, y - 0.05, z) < 0.38 && y > -0.27;
    const fromBall = within(surface, growFrom(surface, surfaceAt(surface, [0, 0.4, 0])), 0.2);
    expect(agreement(surface, fromBall, onBall)).toBeGreaterThan(0.97);
    const fromTable = within(surface, growFrom(surface, surfaceAt(surface, [0.7, -0.3, 0.7])), 0.2);
    expect(agreement(surface, fromTable, (p) => !onBall(p))).toBeGreaterThan(0.95);
  });

  it('does the same in contracted space', () => {
    const solids = [ball([0, 0.05, 0], 0.35, RED), box([-1.6, -0.6, -1.6], [1.6, -0.3, 1.6], GREY)];
    const surface = surfaceOf(solids, 64, true);
    const grown = within(surface, growFrom(surface, surfaceAt(surface, [0, 0.4, 0])), 0.2);
    expect(agreement(surface, grown, ([x, y, z]) => Math.hypot(x, y - 0.05, z) < 0.4 && y > -0.26)).toBeGreaterThan(
      0.95,
    );
  });

  it('only adds to a region as the tolerance rises', () => {
    const surface = surfaceOf([ball([0, 0.05, 0], 0.35, RED), box([-0.9, -0.6, -0.9], [0.9, -0.3, 0.9], GREY)]);
    const costs = growFrom(surface, 0);
    expect(costs[0]).toBe(0);
    let before = within(surface, costs, 0);
    for (const tolerance of [0.1, 0.3, 0.6, 1]) {
      const now = within(surface, costs, tolerance);
      expect(before.every((v, i) => now[i] >= v)).toBe(true);
      before = now;
    }
  });
});

describe('a mask of one view', () => {
  it('holds on the sides that the view does not show', () => {
    const solids = [ball([0, 0.05, 0], 0.35, RED), box([-0.9, -0.6, -0.9], [0.9, -0.3, 0.9], GREY)];
    const surface = surfaceOf(solids);
    const view = viewOf(cameraAt([0, 1, 2.8], 96), solids);
    const { pixel } = seenCells(surface, view);
    const seeds = new Uint8Array(surface.count);
    for (let i = 0; i < surface.count; i++) {
      if (Number.isNaN(pixel[2 * i])) continue;
      seeds[i] = view.which[Math.floor(pixel[2 * i + 1]) * 96 + Math.floor(pixel[2 * i])] === 0 ? 1 : 2;
    }
    const unseen = seeds.reduce((sum, v) => sum + (v ? 0 : 1), 0);
    expect(unseen).toBeGreaterThan(surface.count / 4);
    const inside = shareOut(surface, seeds).map((side) => (side === 1 ? 1 : 0));
    expect(agreement(surface, inside, ([x, y, z]) => Math.hypot(x, y - 0.05, z) < 0.38 && y > -0.28)).toBeGreaterThan(
      0.97,
    );
  });

  it('counts no cell that something else hides', () => {
    const solids = [ball([0, 0, 0.6], 0.25, RED), ball([0, 0, -0.6], 0.2, BLUE)];
    const surface = surfaceOf(solids);
    const { pixel } = seenCells(surface, viewOf(cameraAt([0, 0, 3], 96), solids));
    for (let i = 0; i < surface.count; i++) if (surface.point[3 * i + 2] < 0) expect(pixel[2 * i]).toBeNaN();
    expect(pixel.some((v) => !Number.isNaN(v))).toBe(true);
  });

  it('finds pixels where points lie', () => {
    const camera = cameraAt([0.4, 0.9, 2.5], 64);
    const p = pointAt(camera, 20.5, 40.5, 2.2);
    expect(projector(camera)(...p)).toBeAllclose([20.5, 40.5, 2.2], { absolute: 1e-9 });
    expect(cellOfPoint([0, 0.5, 0.999], 8)).toBe(0 + 8 * (4 + 8 * 7));
  });
});
