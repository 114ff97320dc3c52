// Where the bricks of a baked field lie, without a GPU: every occupied cell has a place of its own, empty ones know how
// far it is to the next, and limits choose how fine bricks are. The density's code keeps what it says.

import { describe, expect, it } from 'vitest';
import { densityCode } from '../../../../src/nerf/bake/baked-field.ts';
import { atlasSize, layOutBricks } from '../../../../src/nerf/bake/bricks.ts';
import { codedDensity, densityOfCode, sampleBricks } from '../../../reference/nerf/bricks.ts';
import { pattern } from '../../../reference/pattern.ts';

const ROOMY = { bytes: 1 << 27, nodes: 1 << 26, resolution: 64 };
const N = 32;

/** About `share` of the cells of a 32^3 grid. */
function someBits(share: number, seed: number): Uint32Array<ArrayBuffer> {
  const values = pattern(N ** 3, seed);
  return Uint32Array.from({ length: N ** 3 / 32 }, (_, w) => {
    let word = 0;
    for (let k = 0; k < 32; k++) if (values[32 * w + k] < share) word |= 1 << k;
    return word >>> 0;
  });
}

describe('layOutBricks', () => {
  it.each([
    ['a few cells', someBits(0.002, 1)],
    ['many cells', someBits(0.3, 2)],
    ['all cells', new Uint32Array(N ** 3 / 32).fill(0xffffffff)],
    ['no cell', new Uint32Array(N ** 3 / 32)],
  ])('%s: one place for each brick, and the distance to the nearest in all others', (_, bits) => {
    const layout = layOutBricks(bits, N, ROOMY)!;
    const cells = [...layout.cells];
    const isOn = (cell: number) => ((bits[cell >> 5] >>> (cell & 31)) & 1) === 1;
    expect(cells).toEqual(Array.from({ length: N ** 3 }, (_, cell) => cell).filter(isOn));
    const places = new Set<string>();
    cells.forEach((cell, brick) => {
      const entry = layout.index[cell];
      expect(entry >>> 31).toBe(1);
      const [x, y, z] = [entry & 1023, (entry >>> 10) & 1023, (entry >>> 20) & 1023];
      places.add(`${x} ${y} ${z}`);
      // The order that bake_store writes in.
      expect(x + layout.places[0] * (y + layout.places[1] * z)).toBe(brick);
      expect(Math.max(x - layout.places[0], y - layout.places[1], z - layout.places[2])).toBeLessThan(0);
    });
    expect(places.size).toBe(cells.length);
    const place = (cell: number) => [cell % N, Math.floor(cell / N) % N, Math.floor(cell / N ** 2)];
    for (let cell = 0; cell < N ** 3; cell += 97) {
      if (isOn(cell)) continue;
      const here = place(cell);
      const nearest = cells.reduce((least, other) => {
        const there = place(other);
        return Math.min(least, Math.max(...here.map((v, a) => Math.abs(v - there[a]))));
      }, 255);
      expect(layout.index[cell]).toBe(nearest);
    }
  });

  it('takes the finest bricks that memory, time and the field allow, or none', () => {
    const bits = someBits(0.1, 3);
    const { cells, places } = layOutBricks(bits, N, ROOMY)!;
    const count = cells.length;
    // The atlas has some places more than there are bricks: they take memory, but no time.
    const room = places.reduce((a, b) => a * b);
    expect(room).toBeGreaterThan(count);
    const voxels = (limits: Partial<typeof ROOMY>) => layOutBricks(bits, N, { ...ROOMY, ...limits })?.voxels;
    expect(voxels({})).toBe(2);
    expect(voxels({ resolution: 8 * N })).toBe(8);
    expect(voxels({ resolution: 8 * N, bytes: room * 4 * 5 ** 3 })).toBe(4);
    expect(voxels({ resolution: 8 * N, bytes: room * 4 * 5 ** 3 - 1 })).toBe(3);
    expect(voxels({ resolution: 8 * N, nodes: count * 4 ** 3 })).toBe(3);
    expect(voxels({ nodes: count * 8 - 1 })).toBeUndefined();
    expect(voxels({ resolution: N - 1 })).toBeUndefined();
  });

  it('keeps the atlas within the textures that every adapter has', () => {
    const layout = layOutBricks(new Uint32Array(128 ** 3 / 32).fill(0xffffffff), 128, {
      bytes: 1 << 28,
      nodes: 1 << 28,
      resolution: 128 * 2,
    })!;
    expect(Math.max(...atlasSize(layout))).toBeLessThanOrEqual(2048);
    expect(atlasSize(layout).reduce((a, b) => a * b)).toBeLessThan(1.1 * 27 * 128 ** 3);
  });
});

describe('the code of densities', () => {
  const config = { stepMin: 0.02 };
  it('is undone exactly between nothing and the highest, and is zero for nothing', () => {
    expect(codedDensity(0, config)).toBe(0);
    expect(densityOfCode(0, config)).toBe(0);
    for (const density of [1e-3, 0.1, 3, 50, 390]) {
      expect(densityOfCode(codedDensity(density, config), config)).toBeCloseTo(density, 6);
    }
    // The highest density makes the shortest step opaque to e^-8.
    expect(densityOfCode(1, config) * config.stepMin).toBeCloseTo(8, 6);
    expect(densityCode(config).density_floor).toBeGreaterThan(0);
  });
});

describe('sampleBricks', () => {
  it('gives a linear function back and goes on across the face of two bricks', () => {
    const bits = new Uint32Array(N ** 3 / 32).fill(0xffffffff);
    const layout = layOutBricks(bits, N, ROOMY)!;
    const n = layout.voxels + 1;
    const value = (brick: number, node: number) => {
      const cell = layout.cells[brick];
      const at = [cell % N, Math.floor(cell / N) % N, Math.floor(cell / N ** 2)];
      const inside = [node % n, Math.floor(node / n) % n, Math.floor(node / n ** 2)];
      const q = at.map((v, a) => (v + inside[a] / layout.voxels) / N);
      return [q[0], q[1], q[2], 0.5 * q[0] + q[1] - q[2]];
    };
    for (const x of [0.3, 0.25 - 1e-9, 0.25, 0.99]) {
      const sample = sampleBricks([x, 0.4, 0.7], layout, value)!;
      expect(sample).toBeAllclose([x, 0.4, 0.7, 0.5 * x - 0.3], { absolute: 1e-7 });
    }
  });
});
