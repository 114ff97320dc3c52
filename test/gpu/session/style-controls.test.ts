// What painting is asked for, on a small field of spheres: losses in sum, styles of several pictures, and colours alone,
// which move nothing that could draw an edge.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { affineFit } from '../../../src/metrics/affine-fit.ts';
import { type Container, readContainer } from '../../../src/nerf/container.ts';
import { bundledWeights } from '../../../src/node/weights.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import type { Picture } from '../../../src/scene/types.ts';
import { createSession } from '../../../src/session/session.ts';
import type { ImpastoSession, StylizeOptions } from '../../../src/session/types.ts';
import { benchFiles } from './scene-files.ts';

let gpu: Gpu;
let session: ImpastoSession;
beforeAll(async () => {
  gpu = await openNodeGpu();
  session = await createSession(gpu, { bundledNetwork: bundledWeights() });
  await session.loadScene(benchFiles(), { decoder: nodeDecoder, downscale: 4, holdout: 0 });
  await session.train({ preset: 'quick', steps: 24, seed: 3 });
}, 400_000);
afterAll(async () => {
  session.destroy();
  await gpu.idle();
  await new Promise((resolve) => setTimeout(resolve, 0));
  closeNodeGpu(gpu);
});

/** Stripes of one colour on another. */
function stripes(period: number, [a, b]: [number[], number[]]): Picture {
  const data = new Uint8ClampedArray(64 * 64 * 4);
  for (let p = 0; p < 64 * 64; p++) {
    const colour = ((p % 64) + Math.floor(p / 64)) % period < period / 2 ? a : b;
    data.set([...colour, 255], 4 * p);
  }
  return { width: 64, height: 64, data };
}

const WARM = stripes(8, [
  [230, 150, 40],
  [120, 30, 20],
]);
const COLD = stripes(14, [
  [40, 90, 200],
  [200, 230, 250],
]);

async function seen(original: boolean): Promise<{ rgb: Float32Array; width: number; height: number }> {
  const target = session.createTarget(96, 96);
  await session.render(session.state.scene!.train[1].camera, target, { original, flat: true });
  const rgb = await target.rgb.readF32();
  session.destroyTarget(target);
  return { rgb, width: 96, height: 96 };
}

async function painted(options: Partial<StylizeOptions>): Promise<{ fit: number; file: Container; change: number }> {
  const styles = [{ name: 'warm', picture: WARM, weight: 1 }];
  await session.stylize({ styles, loss: 'nnfm', steps: 8, ...options });
  const [before, after] = [await seen(true), await seen(false)];
  const change = before.rgb.reduce((sum, v, i) => sum + Math.abs(v - after.rgb[i]), 0) / before.rgb.length;
  return {
    fit: affineFit(before.rgb, after.rgb, before.width, before.height),
    file: readContainer(await session.save(), 'test'),
    change,
  };
}

it('changes colours alone, smoothly: no weight moves, and no level that could draw an edge', async () => {
  const colours = await painted({ photorealistic: true, loss: 'gram' });
  expect(colours.change).toBeGreaterThan(0.05);
  // What is left is where colours were clipped, on a field that is half fog yet (fox: .99).
  expect(colours.fit).toBeGreaterThan(0.85);
  const { tensors } = colours.file;
  expect([...tensors.keys()]).toContain('style_weights');
  const weights = (name: string) => [...(tensors.get(name)!.data as Float32Array)];
  expect(weights('style_weights')).toEqual(weights('appearance_weights'));
  const strokes = await painted({ loss: 'nnfm' });
  expect(1 - strokes.fit).toBeGreaterThan(1.5 * (1 - colours.fit));
  expect([...(strokes.file.tensors.get('style_weights')!.data as Float32Array)]).not.toEqual(weights('style_weights'));
});

it('adds losses up and tells what it was asked for', async () => {
  const losses = [
    { name: 'gram', weight: 1 },
    { name: 'attention', weight: 0.3 },
  ] as const;
  const score = await session.stylize({
    styles: [{ name: 'warm', picture: WARM, weight: 1 }],
    loss: losses,
    steps: 3,
  });
  expect(score.metric).toBe('gram');
  expect(score.end).toBeLessThan(score.start);
  expect(session.library.styles.at(-1)!.options).toMatchObject({ loss: 'gram:1,attention:0.3', steps: 3 });
});

it('takes colours and strokes of all the pictures of a style', async () => {
  const mean = async (more: Picture[]) => {
    const styles = [{ name: 'both', picture: WARM, more, weight: 1 }];
    const score = await session.stylize({ styles, loss: 'nnfm', steps: 1 });
    expect(score.end).toBeGreaterThan(0);
    const { rgb } = await seen(false);
    return [0, 2].map((c) => rgb.filter((_, i) => i % 3 === c).reduce((a, b) => a + b, 0) / (rgb.length / 3));
  };
  const [red, blue] = await mean([]);
  const [mixedRed, mixedBlue] = await mean([COLD]);
  expect(mixedRed).toBeLessThan(red);
  expect(mixedBlue).toBeGreaterThan(blue + 0.05);
});

it("brings the style's whole palette into the field where it is asked to, and tells how near it came", async () => {
  const styles = [{ name: 'warm', picture: WARM, weight: 1 }];
  const paint = (colours: StylizeOptions['colours']) => session.stylize({ styles, loss: 'nnfm', steps: 1, colours });
  const plain = await seen(true);
  const [linear, palette] = [await paint('linear'), await paint('palette')];
  expect(palette.before!.palette).toBeLessThan(0.8 * linear.before!.palette);
  for (const { after } of [linear, palette]) {
    expect([after!.forward, after!.backward, after!.palette, ...after!.detail].every((v) => v > 0)).toBe(true);
  }
  // The field itself was not touched, and no map stands between it and the palette.
  expect((await seen(true)).rgb).toEqual(plain.rgb);
  session.setStrength(0);
  expect((await seen(false)).rgb).toEqual(plain.rgb);
  session.setStrength(1);
  const { meta } = readContainer(await session.save(), 'test');
  expect(JSON.stringify(meta)).toContain('"colourMap":[1,0,0,0,0,1,0,0,0,0,1,0]');
});
