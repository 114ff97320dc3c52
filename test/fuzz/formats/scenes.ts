// Descriptions of scenes, each read as a scene is: found among its files, its cameras checked and placed. Pictures are
// stand-ins, so that what is measured is ours.

import { loadScene } from '../../../src/scene/load.ts';
import type { PictureDecoder } from '../../../src/scene/types.ts';
import { colmapPose, memorySource, onCircle } from '../../scene-fixtures.ts';
import type { Dice } from '../dice.ts';
import { type Bytes, joined, mutatedBytes, mutatedJson, mutatedText, utf8 } from '../mutate.ts';
import type { FuzzTarget } from '../target.ts';

const ANGLES = [0, 1.1, 2.3, 4];
const size = { width: 4, height: 2 };

const decoder: PictureDecoder = {
  size: async () => size,
  decode: async (_bytes, _where, target = size) => ({
    ...target,
    data: new Uint8ClampedArray(4 * target.width * target.height).fill(255),
  }),
};

const pictures = Object.fromEntries(ANGLES.map((_, i) => [`images/${i}.png`, utf8(`picture ${i}`)]));
const load = (files: Record<string, Bytes>) =>
  loadScene(memorySource({ ...files, ...pictures }), { decoder, holdout: 2 });

const TRANSFORMS = {
  camera_model: 'OPENCV',
  ...{ fl_x: 20, fl_y: 21, cx: 6.5, cy: 4, w: 12, h: 8, k1: 0.1, k2: 0.02, p1: 0.001, p2: 0.002 },
  ...{ aabb_scale: 4, scale: 0.33, offset: [0.5, 0.5, 0.5] },
  frames: ANGLES.map((angle, i) => ({
    file_path: `images/${i}.png`,
    transform_matrix: onCircle(angle),
    ...(i === 3 && { camera_angle_x: 0.9, mask_path: 'masks/3.png' }),
  })),
};

export const transformsJson: FuzzTarget = {
  name: 'transforms.json',
  good: () => utf8(JSON.stringify(TRANSFORMS)),
  make(dice) {
    const text = mutatedJson(dice, TRANSFORMS);
    return dice.chance(0.15) ? mutatedBytes(dice, utf8(text)) : utf8(text);
  },
  read: (bytes) => load({ 'transforms.json': bytes }),
};

// COLMAP. Both files travel as one here: a length, then the first, then the second.

const pair = (cameras: Uint8Array, images: Uint8Array): Bytes => {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, cameras.length, true);
  return joined(length, cameras, images);
};
const unpaired = (bytes: Bytes): [Bytes, Bytes] => {
  const length = bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return [bytes.slice(4, 4 + length), bytes.slice(4 + length)];
};

type Field = ['i32' | 'u64' | 'f64' | 'text', number | string];

function binary(fields: readonly Field[]): Bytes {
  const out: number[] = [];
  const view = new DataView(new ArrayBuffer(8));
  for (const [type, value] of fields) {
    if (type === 'text') out.push(...utf8(`${value}\0`));
    else if (type === 'i32') view.setInt32(0, Number(value), true);
    else if (type === 'u64') view.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
    else view.setFloat64(0, Number(value), true);
    if (type !== 'text') out.push(...new Uint8Array(view.buffer, 0, type === 'i32' ? 4 : 8));
  }
  return Uint8Array.from(out);
}

const CAMERAS: Field[] = [
  ['u64', 1],
  ['i32', 7],
  ['i32', 4],
  ['u64', 12],
  ['u64', 8],
  ...[20, 21, 6.5, 4, 0.1, 0.02, 0.001, 0.002].map((p): Field => ['f64', p]),
];
const IMAGES: Field[] = [
  ['u64', ANGLES.length],
  ...ANGLES.flatMap((angle, i): Field[] => {
    const { q, t } = colmapPose(onCircle(angle));
    const pose = [...q, ...t].map((x): Field => ['f64', x]);
    return [['i32', i], ...pose, ['i32', 7], ['text', `${i}.png`], ['u64', 1], ['f64', 1], ['f64', 2], ['u64', 3]];
  }),
];

/** One to three fields with other values, sometimes one more or less. */
function mutatedFields(dice: Dice, fields: readonly Field[]): Field[] {
  const out = [...fields];
  for (let n = 1 + dice.below(3); n > 0; n--) {
    const i = dice.below(out.length);
    const [type] = out[i];
    const what = dice.below(10);
    if (what === 0) out.splice(i, 1);
    else if (what === 1) out.splice(i, 0, out[dice.below(out.length)]);
    else if (type === 'text')
      out[i] = [type, dice.of(['', 'a'.repeat(dice.size(50_000)), '../x.png', '0.png', '\u0001\n'])];
    else if (type === 'f64')
      out[i] = [type, dice.of([0, -1, 1e-300, 1e12, 1e308, Number.NaN, Number.POSITIVE_INFINITY])];
    else out[i] = [type, dice.of([0, -1, 1, 3, 11, 1e6, 2 ** 31 - 1, ...(type === 'u64' ? [2 ** 40, 2 ** 53] : [])])];
  }
  return out;
}

const readPair = (ending: string) => (bytes: Bytes) => {
  const [cameras, images] = unpaired(bytes);
  return load({ [`sparse/0/cameras.${ending}`]: cameras, [`sparse/0/images.${ending}`]: images });
};

export const colmapBinary: FuzzTarget = {
  name: 'COLMAP, binary',
  good: () => pair(binary(CAMERAS), binary(IMAGES)),
  make(dice) {
    const which = dice.below(3);
    let [cameras, images] = [binary(CAMERAS), binary(IMAGES)];
    if (which !== 1) images = binary(mutatedFields(dice, IMAGES));
    if (which !== 0) cameras = binary(mutatedFields(dice, CAMERAS));
    if (dice.chance(0.25)) images = mutatedBytes(dice, images);
    if (dice.chance(0.1)) cameras = mutatedBytes(dice, cameras);
    return pair(cameras, images);
  },
  read: readPair('bin'),
};

const CAMERA_LINES = '# Camera list\n7 OPENCV 12 8 20 21 6.5 4 0.1 0.02 0.001 0.002\n';
const IMAGE_LINES = `# Image list\n${ANGLES.map((angle, i) => {
  const { q, t } = colmapPose(onCircle(angle));
  return `${i + 1} ${[...q, ...t].join(' ')} 7 ${i}.png\n1.5 2.5 3 4 5 -1`;
}).join('\n')}\n`;

export const colmapText: FuzzTarget = {
  name: 'COLMAP, text',
  good: () => pair(utf8(CAMERA_LINES), utf8(IMAGE_LINES)),
  make(dice) {
    const cameras = dice.chance(0.4) ? mutatedText(dice, CAMERA_LINES) : CAMERA_LINES;
    const images = cameras === CAMERA_LINES || dice.chance(0.5) ? mutatedText(dice, IMAGE_LINES) : IMAGE_LINES;
    return pair(utf8(cameras), dice.chance(0.1) ? mutatedBytes(dice, utf8(images)) : utf8(images));
  },
  read: readPair('txt'),
};

// LLFF

function npy(header: string, data: Uint8Array): Bytes {
  const text = utf8(header.padEnd(118 - 1, ' ').concat('\n'));
  const prelude = Uint8Array.from([0x93, ...utf8('NUMPY'), 1, 0, text.length & 255, text.length >> 8]);
  return joined(prelude, text, data);
}

const ROWS = Float64Array.from(
  ANGLES.flatMap((angle) => {
    const m = onCircle(angle);
    // Down, right, backwards; the picture's size and focal length in the fifth column; near and far.
    const row = (r: number, last: number) => [-m[r][1], m[r][0], m[r][2], m[r][3], last];
    return [...row(0, 8), ...row(1, 12), ...row(2, 20), 1, 9];
  }),
);
const HEADER = "{'descr': '<f8', 'fortran_order': False, 'shape': (4, 17), }";

export const llffNpy: FuzzTarget = {
  name: 'LLFF .npy',
  good: () => npy(HEADER, new Uint8Array(ROWS.buffer)),
  make(dice) {
    const rows = ROWS.slice();
    for (let n = dice.below(3); n > 0; n--)
      rows[dice.below(rows.length)] = dice.of([0, -1, 1e308, 1e-308, Number.NaN, Number.NEGATIVE_INFINITY, 1e6]);
    let header = HEADER;
    if (dice.chance(0.5)) {
      const shape = dice.of([
        '(4, 17)',
        '(17, 4)',
        '(4, 17, 1)',
        '()',
        '(0, 17)',
        '(1e9, 17)',
        '(99999999999999999999, 17)',
      ]);
      const descr = dice.of(['<f8', '<f4', '>f8', '|O', '<i8', "'", 'f'.repeat(dice.size(30_000))]);
      header = `{'descr': '${descr}', 'fortran_order': ${dice.of(['False', 'True', '1'])}, 'shape': ${shape}, }`;
    }
    const file = npy(dice.chance(0.1) ? mutatedText(dice, header) : header, new Uint8Array(rows.buffer));
    return dice.chance(0.4) ? mutatedBytes(dice, file) : file;
  },
  read: (bytes) => load({ 'poses_bounds.npy': bytes }),
};
