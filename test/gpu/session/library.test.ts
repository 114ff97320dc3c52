// The library of a session: finished styles side by side, switched and mixed without allocating, taken out and put back;
// style files that give the same pictures to the bit and are refused on another field; and geometry that no painting moves.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { closeNodeGpu, openNodeGpu } from '../../../src/gpu/node.ts';
import { type Container, readContainer, writeContainer } from '../../../src/nerf/container.ts';
import { bundledWeights } from '../../../src/node/weights.ts';
import { nodeDecoder } from '../../../src/scene/node-decoder.ts';
import type { Camera } from '../../../src/scene/types.ts';
import { createSession } from '../../../src/session/session.ts';
import type { ImpastoSession, RenderChoice } from '../../../src/session/types.ts';
import { benchFiles } from './scene-files.ts';

let gpu: Gpu;
let session: ImpastoSession;
let camera: Camera;
/** Buffers and textures that are there. */
let alive = 0;

/** Counts what the device makes and frees; kernels' rings of uniforms aside, which fill up once and are no larger then. */
function countAllocations(device: GPUDevice): void {
  const counted = <T extends { destroy(): undefined; label: string }>(made: T): T => {
    if (/\.uniforms\d+$/.test(made.label)) return made;
    const destroy = made.destroy.bind(made);
    let gone = false;
    alive++;
    made.destroy = () => {
      if (!gone) alive--;
      gone = true;
      return destroy();
    };
    return made;
  };
  const { createBuffer, createTexture } = device;
  device.createBuffer = (descriptor) => counted(createBuffer.call(device, descriptor));
  device.createTexture = (descriptor) => counted(createTexture.call(device, descriptor));
}

const stripes = (name: string, turn: number) => ({
  name,
  picture: {
    width: 48,
    height: 48,
    data: new Uint8ClampedArray(48 * 48 * 4).map((_, i) =>
      i % 4 === 3 ? 255 : 128 + 90 * Math.sin((i % 4) + turn * i),
    ),
  },
  weight: 1,
});

async function openSession(trainSteps: number): Promise<ImpastoSession> {
  const opened = await createSession(gpu, { bundledNetwork: bundledWeights() });
  await loadPhotographs(opened);
  await opened.train({ preset: 'quick', steps: trainSteps, seed: 3 });
  return opened;
}

async function loadPhotographs(opened: ImpastoSession): Promise<void> {
  await opened.loadScene(benchFiles(), { decoder: nodeDecoder, downscale: 4, holdout: 0 });
}

const paint = (name: string, turn: number, to = session) =>
  to.stylize({ styles: [stripes(name, turn)], loss: 'gram', steps: 2, brush: 1.5 });

async function picture(choice: RenderChoice = {}, of = session): Promise<Float32Array> {
  const target = of.createTarget(33, 21);
  try {
    await of.render(camera, target, choice);
    return await target.rgb.readF32();
  } finally {
    of.destroyTarget(target);
  }
}

let plainFile: Uint8Array<ArrayBuffer>;
let original: Float32Array;
beforeAll(async () => {
  gpu = await openNodeGpu();
  countAllocations(gpu.device);
  session = await openSession(24);
  camera = session.state.scene!.train[1].camera;
  plainFile = await session.save();
  original = await picture();
  await paint('waves', 0.7);
  await paint('ink', 0.11);
});
afterAll(async () => {
  session.destroy();
  await gpu.idle();
  await new Promise((resolve) => setTimeout(resolve, 0));
  closeNodeGpu(gpu);
});

const ids = () => session.library.styles.map(({ id }) => id);

describe('the library', () => {
  it('holds every finished style, with what it was painted with; the last one is shown', () => {
    const { styles } = session.library;
    expect(styles.map(({ names }) => names)).toEqual([['waves'], ['ink']]);
    expect(styles[0].options).toEqual({ loss: 'gram', steps: 2, brush: 1.5 });
    expect(styles[0].score!.end).toBeGreaterThan(0);
    expect(session.state.shown).toEqual([{ id: ids()[1], weight: 1 }]);
    expect(session.state.style).toEqual(['ink']);
  });

  it('shows a view of other styles than those that are shown, whatever is shown meanwhile', async () => {
    const [waves, ink] = ids();
    session.show({ styles: [{ id: waves, weight: 1 }], strength: 0.5 });
    const wanted = await picture();
    session.show({ styles: [{ id: ink, weight: 1 }], strength: 1 });
    const of = { styles: [{ id: waves, weight: 1 }], strength: 0.5 };
    expect(await picture({ of })).toEqual(wanted);
    expect(await picture()).not.toEqual(wanted);
    expect(session.state.shown).toEqual([{ id: ink, weight: 1 }]);
  });

  it('stays when the photographs of a field come that was opened without them', async () => {
    const other = await createSession(gpu, { bundledNetwork: bundledWeights() });
    await other.load(await session.save(), 'test');
    const before = await picture({}, other);
    const shown = other.state.shown;
    await loadPhotographs(other);
    expect(other.state.scene!.train[0].picture.width).toBeGreaterThan(0);
    expect([other.state.trainedSteps, other.state.shown]).toEqual([24, shown]);
    expect(await picture({}, other)).toEqual(before);
    await other.train({ preset: 'quick', steps: 25, seed: 3 });
    expect(other.state.trainedSteps).toBe(25);
    other.destroy();
    await gpu.idle();
  });

  it('shows each alone, mixes by weight, and the original exactly at strength 0', async () => {
    const [waves, ink] = ids();
    session.show({ styles: [{ id: ink, weight: 1 }], strength: 1 });
    const inked = await picture();
    session.show({ styles: [{ id: waves, weight: 1 }] });
    const waved = await picture();
    expect(waved).not.toEqual(inked);
    session.show({
      styles: [
        { id: waves, weight: 1 },
        { id: ink, weight: 3 },
      ],
    });
    expect(session.state.style).toEqual(['waves', 'ink']);
    const mixed = await picture();
    expect(mixed).toBeAllclose(
      waved.map((v, i) => 0.25 * v + 0.75 * inked[i]),
      { absolute: 1e-5 },
    );
    session.setStrength(0.5);
    const flat = await picture({ original: true, flat: true });
    // The plain part of a mix keeps its direction.
    expect(await picture({ flat: true })).toBeAllclose(
      mixed.map((v, i) => 0.5 * v + 0.5 * flat[i]),
      { absolute: 1e-5 },
    );
    session.setStrength(0);
    expect(await picture()).toEqual(original);
    expect(await picture({ original: true })).toEqual(original);
    session.show({ styles: [{ id: ink, weight: 2 }], strength: 1 });
    expect(await picture()).toEqual(inked);
    session.clearStyle();
    expect(await picture()).toEqual(original);
    expect(ids()).toEqual([waves, ink]);
  });

  it('refuses what it cannot show, and shows what it did', () => {
    const [waves] = ids();
    session.show({ styles: [{ id: waves, weight: 1 }], strength: 1 });
    const shown = [...session.state.shown];
    const one = { id: waves, weight: 1 };
    expect(() => session.show({ styles: [{ id: 'none', weight: 1 }] })).toThrow(
      /style none: expected one of the library/,
    );
    expect(() => session.show({ styles: [one, one, one, one, one] })).toThrow(/at most 4 styles, found 5/);
    expect(() => session.show({ styles: [{ ...one, weight: -1 }] })).toThrow(InputError);
    expect(() => session.show({ styles: [one], strength: 2 })).toThrow(/strength: expected 0 to 1/);
    expect(session.state.shown).toEqual(shown);
  });

  it('switches a hundred times without making a buffer', async () => {
    const [waves, ink] = ids();
    const target = session.createTarget(12, 8);
    const half = [
      { id: waves, weight: 1 },
      { id: ink, weight: 1 },
    ];
    const turns = [[half[0]], half, [half[1]], []];
    const turn = async (i: number) => {
      session.show({ styles: turns[i % 4], strength: i % 3 ? 1 : 0.5 });
      await session.render(camera, target);
    };
    for (let i = 0; i < 4; i++) await turn(i);
    await gpu.idle();
    const before = alive;
    const ms: number[] = [];
    for (let i = 0; i < 100; i++) {
      const began = performance.now();
      await turn(i);
      await gpu.idle();
      ms.push(performance.now() - began);
    }
    expect(alive).toBe(before);
    // Nor does it take longer and longer. Medians, since anything may come between.
    const median = (of: number[]) => [...of].sort((a, b) => a - b)[of.length >> 1];
    expect(median(ms.slice(60))).toBeLessThan(2 * median(ms.slice(0, 40)));
    session.destroyTarget(target);
    expect(alive).toBe(before - 3);
  });

  it('takes a style out and puts it back as it was, until it is dropped', async () => {
    const [waves, ink] = ids();
    session.show({ styles: [{ id: waves, weight: 1 }], strength: 1 });
    const waved = await picture();
    const removed = session.library.remove(waves);
    expect(ids()).toEqual([ink]);
    expect(await picture()).toEqual(original);
    expect(() => session.show({ styles: [{ id: waves, weight: 1 }] })).toThrow(/expected one of the library/);
    removed.restore();
    expect(ids()).toEqual([waves, ink]);
    session.show({ styles: [{ id: waves, weight: 1 }] });
    expect(await picture()).toEqual(waved);
    // What is back cannot be dropped.
    removed.drop();
    expect(await picture()).toEqual(waved);
    const file = await session.library.export(waves);
    const before = alive;
    session.library.remove(waves).drop();
    await gpu.idle();
    await picture();
    // Levels, table and weights.
    expect(alive).toBe(before - 3);
    const again = await session.library.import(file, 'waves.style.impasto');
    expect(again.id).toBe(waves);
    session.library.rename(again.id, ' The waves ');
    session.show({ styles: [{ id: waves, weight: 1 }] });
    expect(session.state.style).toEqual(['The waves']);
    expect(() => session.library.rename(again.id, ' ')).toThrow(/expected some letters/);
  });

  it('tells listeners of every change', () => {
    const told: (readonly string[])[] = [];
    const off = session.on('library', ({ styles }) => told.push(styles.map(({ names }) => names.join())));
    const [ink, waves] = ids();
    session.library.remove(ink).restore();
    session.library.rename(waves, 'waves');
    expect(told).toEqual([['The waves'], ['ink', 'The waves'], ['ink', 'waves']]);
    off();
  });
});

describe('a style file', () => {
  let file: Uint8Array<ArrayBuffer>;
  let loaded: ImpastoSession;
  beforeAll(async () => {
    file = await session.library.export(ids()[0]);
    loaded = await createSession(gpu, { bundledNetwork: bundledWeights() });
  });
  afterAll(() => loaded.destroy());

  it('gives on the saved field the pictures of the whole field saved with the style, to the bit', async () => {
    session.show({ styles: [{ id: ids()[0], weight: 1 }], strength: 1 });
    await loaded.load(await session.save(), 'whole.impasto');
    const whole = await picture({}, loaded);
    expect(loaded.library.styles.map(({ id }) => id)).toEqual([ids()[0]]);
    await loaded.load(plainFile, 'plain.impasto');
    expect(loaded.library.styles).toEqual([]);
    const added = await loaded.library.import(file, 'ink.style.impasto');
    expect(added).toMatchObject({ id: ids()[0], names: ['ink'], options: { loss: 'gram', steps: 2, brush: 1.5 } });
    expect(added.score).toEqual(session.library.styles[0].score);
    expect(await picture({}, loaded)).toEqual(await picture({ original: true }, loaded));
    loaded.show({ styles: [{ id: added.id, weight: 1 }] });
    expect(await picture({}, loaded)).toEqual(whole);
    // Written again it is the same file, thumbnail and all.
    expect(Buffer.from(await loaded.library.export(added.id)).equals(Buffer.from(file))).toBe(true);
    expect((await nodeDecoder.size(added.thumbnail!, 'thumbnail.png')).width).toBe(128);
  });

  it('is not added twice', async () => {
    await loaded.load(plainFile, 'plain.impasto');
    const before = alive;
    const first = await loaded.library.import(file, 'ink.style.impasto');
    expect(await loaded.library.import(file, 'again.style.impasto')).toBe(first);
    expect(loaded.library.styles).toHaveLength(1);
    await gpu.idle();
    expect(alive).toBe(before + 3);
  });

  it('is saved with its mix: a field file holds all that is shown', async () => {
    const styles = ids().map((id, i) => ({ id, weight: 1 + i }));
    session.show({ styles, strength: 0.75 });
    const bytes = await session.save();
    await loaded.load(bytes, 'mix.impasto');
    expect(loaded.state.shown).toEqual(styles);
    expect(loaded.state.strength).toBe(0.75);
    expect(Buffer.from(await loaded.save()).equals(Buffer.from(bytes))).toBe(true);
  });

  it('is refused on another field, and where anything is wrong with it, in one sentence', async () => {
    await loaded.load(plainFile, 'plain.impasto');
    const refused = async (change: (container: Container) => void, message: RegExp) => {
      const container = readContainer(file, 'x');
      change(container);
      const bytes = writeContainer({ meta: container.meta, tensors: [...container.tensors.values()] });
      const before = alive;
      await expect(loaded.library.import(bytes, 'ink.style.impasto')).rejects.toThrow(message);
      await expect(loaded.library.import(bytes, 'ink.style.impasto')).rejects.toThrow(InputError);
      expect(alive).toBe(before);
    };
    await refused(
      ({ meta }) => Object.assign(meta, { fingerprint: '00000000' }),
      /^style in ink\.style\.impasto: expected one painted on this very field \([0-9a-f]{8}\), found one of .*, quick, 24 steps \(00000000\)$/,
    );
    await refused(({ meta }) => Object.assign(meta, { kind: 'other' }), /kind/);
    await refused(({ tensors }) => tensors.delete('weights'), /tensor 'weights'.*found none/);
    await refused(({ tensors }) => tensors.delete('delta'), /tensor 'delta'.*found none/);
    await refused(({ tensors }) => {
      const delta = tensors.get('delta')!;
      tensors.set('delta', { ...delta, data: (delta.data as Uint8Array<ArrayBuffer>).map((v) => v ^ 85) });
    }, /tensor 'delta'.*deflated bytes/);
    await refused(({ tensors }) => {
      const scales = tensors.get('scales')!;
      tensors.set('scales', { ...scales, data: new Float32Array(scales.data.length) });
    }, /scale 0.*expected a number above 0/);
    await expect(loaded.library.import(plainFile, 'plain.impasto')).rejects.toThrow(
      /expected a style file.*found a whole field/,
    );
    await expect(loaded.library.import(file.slice(0, 900), 'cut')).rejects.toThrow(/cut short/);
    expect(loaded.library.styles).toEqual([]);
    await expect(session.load(file, 'ink.style.impasto')).rejects.toThrow(/ink\.style\.impasto/);
    // Trained on, the field is another one.
    const trained = await openSession(28);
    await expect(trained.library.import(file, 'ink.style.impasto')).rejects.toThrow(/this very field/);
    trained.destroy();
  });
});

it('painting moves neither geometry nor the plain appearance by a bit', async () => {
  session.clearStyle();
  expect(Buffer.from(await session.save()).equals(Buffer.from(plainFile))).toBe(true);
});
