// Regions of a trained field: what is picked in one view is covered in all others, also by brush and mask; what lies
// outside a region is to the bit what it was; edits are undone; files bring regions back.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../../src/errors.ts';
import { encodePng } from '../../../../src/export/png.ts';
import type { Gpu } from '../../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../../src/gpu/node.ts';
import { readContainer, writeContainer } from '../../../../src/nerf/container.ts';
import { fieldFromScene } from '../../../../src/nerf/space.ts';
import type { RenderTarget } from '../../../../src/nerf/types.ts';
import { bundledWeights } from '../../../../src/node/weights.ts';
import type { Vec3 } from '../../../../src/scene/matrix.ts';
import { nodeDecoder } from '../../../../src/scene/node-decoder.ts';
import { rayOfPixel, resizedCamera } from '../../../../src/scene/rays.ts';
import type { Camera, Picture } from '../../../../src/scene/types.ts';
import { createSession } from '../../../../src/session/session.ts';
import type { ImpastoSession } from '../../../../src/session/types.ts';
import { weightsAt } from '../../../reference/nerf/blend.ts';
import { ball, box, cameraAt, camerasRound, viewOf } from '../../../reference/solids.ts';
import { memorySource } from '../../../scene-fixtures.ts';

const SIDE = 80;
const SOLIDS = [
  ball([0, 0.05, 0], 0.4, [0.85, 0.2, 0.15] as Vec3),
  box([-0.8, -0.55, -0.8], [0.8, -0.35, 0.8], [0.35, 0.45, 0.4] as Vec3),
];

let gpu: Gpu;
let session: ImpastoSession;
let target: RenderTarget;
let style: string;

function picture(camera: Camera): Picture {
  const { rgb, opacity } = viewOf(camera, SOLIDS);
  const data = new Uint8ClampedArray(4 * SIDE * SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) {
    for (let c = 0; c < 3; c++) data[4 * i + c] = 255 * rgb[3 * i + c];
    data[4 * i + 3] = 255 * opacity[i];
  }
  return { width: SIDE, height: SIDE, data };
}

beforeAll(async () => {
  gpu = await openNodeGpu();
  session = await createSession(gpu, { bundledNetwork: bundledWeights() });
  const files: Record<string, Uint8Array<ArrayBuffer> | object> = {};
  const frames = camerasRound(18, SIDE).map((camera, i) => {
    files[`${i}.png`] = encodePng(picture(camera), { level: 1 });
    // The dataset's world has z up: (x, y, z) of ours is (x, -z, y) there.
    const m = camera.cameraToWorld;
    const rows = [m.slice(0, 4), m.slice(8, 12).map((v) => -v), m.slice(4, 8), [0, 0, 0, 1]];
    return { file_path: `${i}.png`, transform_matrix: rows };
  });
  files['transforms.json'] = { camera_angle_x: 2 * Math.atan(1 / 2.8), frames };
  await session.loadScene(memorySource(files), { decoder: nodeDecoder, downscale: 1, holdout: 0 });
  await session.train({ preset: 'quick', steps: 200, seed: 1 });
  target = session.createTarget(SIDE, SIDE);
  await session.stylize({
    styles: [{ name: 'waves', picture: waves(), weight: 1 }],
    loss: 'gram',
    steps: 2,
  });
  style = session.library.styles[0].id;
  session.clearStyle();
  // A busy machine takes minutes for what an idle one does in twenty seconds.
}, 600_000);
afterAll(async () => {
  session.destroyTarget(target);
  session.destroy();
  await gpu.idle();
  await new Promise((resolve) => setTimeout(resolve, 0));
  closeNodeGpu(gpu);
});

const waves = (): Picture => ({
  width: 48,
  height: 48,
  data: new Uint8ClampedArray(48 * 48 * 4).map((_, i) => (i % 4 === 3 ? 255 : 128 + 90 * Math.sin((i % 4) + 0.7 * i))),
});

const camera = (i: number): Camera => session.state.scene!.train[i].camera;

async function rgbOf(i: number): Promise<Float32Array> {
  await session.render(camera(i), target);
  return await target.rgb.readF32();
}

/** What of the ball each view shows, by its photograph. */
const truth = (i: number) => viewOf(camerasRound(18, SIDE)[i], SOLIDS).which.map((solid) => (solid === 0 ? 1 : 0));

async function overlap(region: number, i: number): Promise<number> {
  await session.render(camera(i), target, { original: true });
  const weights = await session.regions.seenIn({ camera: camera(i), target });
  const wanted = truth(i);
  let [both, either] = [0, 0];
  for (let p = 0; p < wanted.length; p++) {
    const inside = weights[4 * p + region - 1] > 0.5;
    if (inside && wanted[p]) both++;
    if (inside || wanted[p]) either++;
  }
  return both / either;
}

/** The middle of the ball's picture. */
function middle(i: number): [number, number] {
  const wanted = truth(i);
  let [x, y, n] = [0, 0, 0];
  wanted.forEach((inside, p) => {
    if (!inside) return;
    x += p % SIDE;
    y += Math.floor(p / SIDE);
    n++;
  });
  return [x / n, y / n];
}

async function pickBall(from = 0) {
  const { region } = session.regions.add();
  await session.render(camera(from), target, { original: true });
  const growth = await session.regions.pick(region.id, { camera: camera(from), target }, ...middle(from));
  return { region, growth };
}

function removeAll(): void {
  for (const { id } of session.regions.list) session.regions.remove(id);
}

describe('a region', () => {
  it('picked in one view covers the thing in all others', async () => {
    const { region } = await pickBall();
    const overlaps: number[] = [];
    for (let i = 0; i < 18; i += 2) overlaps.push(await overlap(region.id, i));
    for (let i = 1; i < 18; i += 6) overlaps.push(await overlap(region.id, i));
    console.info(`overlap of a picked ball: ${overlaps.map((v) => v.toFixed(3)).join(' ')}`);
    expect(Math.min(...overlaps)).toBeGreaterThan(0.8);
    removeAll();
  });

  it('grows with the tolerance, and is undone and done again as one', async () => {
    const { region, growth } = await pickBall();
    const cells = () => session.regions.list.find(({ id }) => id === region.id)!.cells;
    const atFirst = cells();
    growth.setTolerance(1);
    expect(cells()).toBeGreaterThan(2 * atFirst);
    growth.setTolerance(0.2);
    expect(cells()).toBe(atFirst);
    growth.edit.undo();
    expect(cells()).toBe(0);
    growth.edit.redo();
    expect(cells()).toBe(atFirst);
    const inverted = session.regions.invert(region.id);
    expect(cells()).toBe(128 ** 3 - atFirst);
    inverted.undo();
    session.regions.clear(region.id).undo();
    const removed = session.regions.remove(region.id);
    expect(session.regions.list).toEqual([]);
    removed.undo();
    expect(cells()).toBe(atFirst);
    removeAll();
  });

  it('shows its own look; outside, the view is to the bit what it was', async () => {
    const plain = await rgbOf(3);
    const { region } = await pickBall();
    session.regions.setSoftness(region.id, 0.04);
    expect(await rgbOf(3)).toEqual(plain);
    session.regions.setLook(region.id, { styles: [{ id: style, weight: 1 }], strength: 1 });
    const mixed = await rgbOf(3);
    session.show({ styles: [{ id: style, weight: 1 }], strength: 1 });
    expect(session.state.painted).toBe(true);
    const everywhere = await rgbOf(3);
    session.regions.setLook(region.id, { styles: [], strength: 1 });
    const inverse = await rgbOf(3);
    session.clearStyle();

    const weights = await session.regions.seenIn({ camera: camera(3), target });
    const { resolution, weights: volume } = session.regions.volume!;
    const cells = await volume.read();
    /** Whether any light of a pixel can come from the region: its ray passes through it. */
    const passes = (p: number) => {
      const { origin, direction } = rayOfPixel(camera(3), (p % SIDE) + 0.5, Math.floor(p / SIDE) + 0.5);
      for (let t = 1; t < 5; t += 0.004) {
        const q = fieldFromScene(
          [origin[0] + t * direction[0], origin[1] + t * direction[1], origin[2] + t * direction[2]],
          session.state.scene!.unbounded,
        );
        if (Math.min(...q) >= 0 && Math.max(...q) < 1 && weightsAt(cells, resolution, q).some((w) => w > 0))
          return true;
      }
      return false;
    };
    const solids = viewOf(camerasRound(18, SIDE)[3], SOLIDS).which;
    let [outside, inside] = [0, 0];
    let [changed, kept] = [0, 0];
    for (let p = 0; p < SIDE * SIDE; p++) {
      const [x, y] = [p % SIDE, Math.floor(p / SIDE)];
      // Neither the border nor silhouettes, where light comes from both.
      const around = [-4, 0, 4].flatMap((dy) => [-4, 0, 4].map((dx) => [x + dx, y + dy]));
      if (around.some(([u, v]) => Math.min(u, v) < 0 || Math.max(u, v) >= SIDE)) continue;
      const near = around.map(([u, v]) => v * SIDE + u);
      const same = (a: Float32Array, b: Float32Array) => [0, 1, 2].every((c) => a[3 * p + c] === b[3 * p + c]);
      const far = (a: Float32Array, b: Float32Array) =>
        Math.max(...[0, 1, 2].map((c) => Math.abs(a[3 * p + c] - b[3 * p + c])));
      if (solids[p] === 1 && !passes(p)) {
        outside++;
        if (same(mixed, plain) && same(inverse, everywhere)) kept++;
      }
      if (near.every((q) => solids[q] === 0 && weights[4 * q + region.id - 1] === 1)) {
        inside++;
        // Some light comes from deep behind the surface.
        expect(far(mixed, everywhere)).toBeLessThan(0.01);
        expect(far(inverse, plain)).toBeLessThan(0.01);
        if (far(mixed, plain) > 0.02) changed++;
      }
    }
    console.info(`${outside} pixels outside the region, ${inside} well inside it`);
    expect(outside).toBeGreaterThan(60);
    expect(kept).toBe(outside);
    expect(inside).toBeGreaterThan(60);
    expect(changed / inside).toBeGreaterThan(0.8);
    removeAll();
    expect(await rgbOf(3)).toEqual(plain);
  });

  it('comes from a mask over one view, and covers the sides that the view does not show', async () => {
    const { region } = session.regions.add('ball');
    const mask = { width: SIDE, height: SIDE, data: new Uint8ClampedArray(4 * SIDE * SIDE).fill(255) };
    truth(2).forEach((inside, p) => {
      if (!inside) mask.data.set([0, 0, 0], 4 * p);
    });
    await session.regions.lift(region.id, session.state.scene!.train[2], mask);
    const overlaps = [];
    for (const i of [2, 6, 11, 15]) overlaps.push(await overlap(region.id, i));
    console.info(`overlap of a masked ball: ${overlaps.map((v) => v.toFixed(3)).join(' ')}`);
    expect(Math.min(...overlaps)).toBeGreaterThan(0.8);
    removeAll();
  });

  it('is brushed and erased where the view shows it, and nowhere behind', async () => {
    const { region } = session.regions.add();
    await session.render(camera(4), target, { original: true });
    const view = { camera: camera(4), target };
    const stroke = await session.regions.brush(region.id, view);
    stroke.dab(...middle(4), 9);
    stroke.show();
    await session.render(camera(4), target, { original: true });
    const front = await session.regions.seenIn(view);
    const marked: number[] = [];
    for (let p = 0; p < SIDE * SIDE; p++) if (front[4 * p + region.id - 1] > 0.5) marked.push(p);
    const [x, y] = middle(4);
    const distances = marked.map((p) => Math.hypot((p % SIDE) + 0.5 - x, Math.floor(p / SIDE) + 0.5 - y));
    expect(marked.length).toBeGreaterThan(0.8 * Math.PI * 81);
    expect(Math.max(...distances)).toBeLessThan(13);
    await session.render(camera(13), target, { original: true });
    const behind = await session.regions.seenIn({ camera: camera(13), target });
    expect(behind.every((weight) => weight === 0)).toBe(true);
    const before = session.regions.list[0].cells;
    const eraser = await session.regions.brush(region.id, view, { erase: true });
    expect(session.regions.list[0].cells).toBe(before);
    stroke.edit.undo();
    expect(session.regions.list[0].cells).toBe(0);
    expect(() => eraser.show()).not.toThrow();
    removeAll();
  });

  it('refuses what it cannot do in a sentence', async () => {
    const { regions } = session;
    await session.render(camera(0), target, { original: true });
    const view = { camera: camera(0), target };
    for (let i = 0; i < 4; i++) regions.add();
    expect(() => regions.add()).toThrow(/at most 4/);
    await expect(regions.pick(1, view, 1, 1)).rejects.toThrow(/expected a surface/);
    await expect(regions.pick(1, view, -1, 1)).rejects.toThrow(InputError);
    expect(() => regions.setSoftness(1, 3)).toThrow(/softness/);
    expect(() => regions.setLook(1, { styles: [{ id: 'none such', weight: 1 }], strength: 1 })).toThrow(/none such/);
    removeAll();
    expect(() => regions.clear(1)).toThrow(/region 1/);
  });
});

describe('a field file', () => {
  it('brings regions back with their styles, also those that show nowhere else', async () => {
    const { region } = await pickBall();
    session.regions.rename(region.id, 'the ball');
    session.regions.setLook(region.id, { styles: [{ id: style, weight: 1 }], strength: 0.7 });
    // Tables are kept in a byte a feature: once written, they come back to the bit.
    await session.load(await session.save(), 'kept once');
    const before = await rgbOf(5);
    const file = await session.save();
    const kept = session.regions.list[0];
    [style] = session.library.styles.map(({ id }) => id);
    await session.load(file, 'kept');
    expect(session.regions.list).toEqual([kept]);
    expect(session.library.styles.map(({ id }) => id)).toEqual([style]);
    expect(session.state.painted).toBe(true);
    expect(await rgbOf(5)).toEqual(before);
    const runs = readContainer(file, 'kept').tensors.get('region_runs')!;
    expect(runs.data.length).toBeLessThan(60_000);

    const spoil = (change: (container: ReturnType<typeof readContainer>) => void) => {
      const container = readContainer(file, 'kept');
      change(container);
      return writeContainer({ meta: container.meta, tensors: [...container.tensors.values()] });
    };
    const cut = spoil(({ tensors }) => {
      tensors.set('region_runs', {
        ...runs,
        shape: [runs.data.length - 1],
        data: Uint8Array.from(runs.data.subarray(0, -1)),
      });
    });
    await expect(session.load(cut, 'cut')).rejects.toThrow(/cut.*region_runs|region_runs.*cut/);
    const lost = spoil(({ meta }) => {
      // biome-ignore lint/suspicious/noExplicitAny: a header as it is in a file
      (meta.regions as any).list[0].look.styles[0].index = 7;
    });
    await expect(session.load(lost, 'lost')).rejects.toThrow(InputError);
    expect(session.regions.list).toEqual([kept]);
    // A style that leaves the library leaves the region, and comes back to it.
    const removed = session.library.remove(style);
    expect(session.regions.list[0].look!.styles).toEqual([]);
    removed.restore();
    expect(session.regions.list[0].look!.styles).toEqual([{ id: style, weight: 1 }]);
    expect(await rgbOf(5)).toEqual(before);
  });
});

describe('other sizes of view', () => {
  it('see the same region', async () => {
    removeAll();
    const { region } = await pickBall(7);
    const small = session.createTarget(40, 40);
    try {
      const half = resizedCamera(camera(1), 40, 40);
      await session.render(half, small, { original: true });
      const weights = await session.regions.seenIn({ camera: half, target: small });
      const wanted = viewOf(
        { ...cameraAt([1, 1, 1], 40), ...resizedCamera(camerasRound(18, SIDE)[1], 40, 40) },
        SOLIDS,
      );
      let right = 0;
      for (let p = 0; p < 1600; p++) {
        if (weights[4 * p + region.id - 1] > 0.5 === (wanted.which[p] === 0)) right++;
      }
      expect(right / 1600).toBeGreaterThan(0.95);
    } finally {
      session.destroyTarget(small);
    }
  });
});
