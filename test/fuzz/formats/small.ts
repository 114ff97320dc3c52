// What is small: camera paths, ratings, the first bytes of pictures, and a .npy by itself.

import { averageRatings, COLUMNS, readRatings } from '../../../src/cli/study/ratings.ts';
import { decodeNpy, encodeNpy } from '../../../src/export/npy.ts';
import { pathFromJson } from '../../../src/export/path-json.ts';
import {
  checkPictureSize,
  isOurFormat,
  largestHeifSize,
  orientedSize,
  readPictureHeader,
} from '../../../src/scene/picture-header.ts';
import { readExifLens } from '../../../src/sfm/exif.ts';
import { onCircle } from '../../scene-fixtures.ts';
import type { Dice } from '../dice.ts';
import { type Bytes, joined, mutatedBytes, mutatedJson, mutatedText, utf8 } from '../mutate.ts';
import type { FuzzTarget } from '../target.ts';

const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const poses = [0, 1, 2].map((angle) => onCircle(angle).flat());
const PATHS = [
  {
    camera_type: 'perspective',
    ...{ render_height: 54, render_width: 96, fps: 24, seconds: 1 },
    camera_path: poses.map((camera_to_world) => ({ camera_to_world, fov: 50, aspect: 1.7 })),
  },
  {
    ...{
      render_height: 54,
      render_width: 96,
      default_fov: 60,
      fps: 24,
      seconds: 2,
      is_cycle: true,
      smoothness_value: 0.5,
    },
    keyframes: poses.map((matrix) => ({ matrix: JSON.stringify(matrix), fov: 50, aspect: 1.7 })),
  },
  { default_fov: 60, fps: 24, seconds: 2, keyframes: poses.map((matrix) => ({ matrix, fov: 50, aspect: 1.7 })) },
];

export const cameraPath: FuzzTarget = {
  name: 'camera path',
  good: () => utf8(JSON.stringify(PATHS[0])),
  make(dice) {
    const text = mutatedJson(dice, dice.of(PATHS));
    return dice.chance(0.15) ? mutatedBytes(dice, utf8(text)) : utf8(text);
  },
  read: (bytes) => pathFromJson(new TextDecoder().decode(bytes), 'fuzz.json', { sceneFromWorld: identity }),
};

const RATINGS = `${COLUMNS.join(',')}\n1,A,B,5,4,3,2,1,2,5,me\n2,B,A,1,2,3,4,5,,3,me\n3,A,B,3,3,3,3,3,3,1,"you"\n`;

export const ratings: FuzzTarget = {
  name: 'ratings',
  good: () => utf8(RATINGS),
  make(dice) {
    const text = utf8(mutatedText(dice, dice.chance(0.3) ? RATINGS.replaceAll(',', ';') : RATINGS));
    return dice.chance(0.15) ? mutatedBytes(dice, text) : text;
  },
  read(bytes) {
    averageRatings(readRatings(new TextDecoder().decode(bytes), 'fuzz.csv'), { A: 'first', B: 'second' }, 'fuzz.csv');
  },
};

const be16 = (...values: number[]) => Uint8Array.from(values.flatMap((v) => [v >> 8, v & 255]));
const EXIF = joined(
  utf8('Exif\0\0MM\0*'),
  be16(0, 8, 3, 0x0112, 3, 0, 1, 6, 0, 0x8769, 4, 0, 1, 0, 50, 0x010f, 2, 0, 4),
  utf8('Cam\0'),
  be16(0, 0, 1, 0xa405, 3, 0, 1, 28, 0, 0, 0),
);
const SOF = Uint8Array.from([0xff, 0xc0, 0, 17, 8, 0, 8, 0, 12, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
const app1 = (data: Uint8Array) => joined(Uint8Array.from([0xff, 0xe1]), be16(data.length + 2), data);
const box = (type: string, ...parts: Uint8Array[]): Bytes => {
  const body = joined(...parts);
  return joined(be16(0, body.length + 8), utf8(type), body);
};
const HEADERS: Bytes[] = [
  joined(Uint8Array.from([0xff, 0xd8]), app1(EXIF), SOF, Uint8Array.from([0xff, 0xda, 0, 2])),
  joined(
    Uint8Array.from([0x89]),
    utf8('PNG\r\n\x1a\n'),
    be16(0, 13),
    utf8('IHDR'),
    be16(0, 12, 0, 8),
    Uint8Array.from([8, 6, 0, 0, 0]),
  ),
  joined(utf8('RIFF'), be16(0, 0), utf8('WEBPVP8X'), new Uint8Array(30)),
  joined(utf8('RIFF'), be16(0, 0), utf8('WEBPVP8L'), new Uint8Array(30)),
  joined(utf8('RIFF'), be16(0, 0), utf8('WEBPVP8 '), new Uint8Array(30)),
  joined(utf8('GIF89a'), Uint8Array.from([12, 0, 8, 0, 0, 0, 0])),
  joined(utf8('BM'), new Uint8Array(12), Uint8Array.from([40, 0, 0, 0, 12, 0, 0, 0, 8, 0, 0, 0]), new Uint8Array(30)),
  joined(
    box('ftyp', utf8('avif'), be16(0, 0), utf8('mif1')),
    box('meta', new Uint8Array(4), box('ispe', be16(0, 0, 0, 12, 0, 8))),
    new Uint8Array(40),
  ),
];

export const pictureHeaders: FuzzTarget = {
  name: "pictures' headers",
  good: () => HEADERS[0],
  make(dice: Dice) {
    const bytes = mutatedBytes(dice, dice.of(HEADERS));
    // A long run of what a reader steps over, now and then.
    return dice.chance(0.02)
      ? joined(bytes.subarray(0, 2), new Uint8Array(1 << 20).fill(dice.of([0, 0xff])), bytes.subarray(2))
      : bytes;
  },
  read(bytes) {
    const header = readPictureHeader(bytes);
    isOurFormat(bytes);
    readExifLens(bytes);
    const { width, height } = (header && orientedSize(header)) ?? largestHeifSize(bytes) ?? { width: 1, height: 1 };
    checkPictureSize(width, height, 'fuzz.jpg');
  },
};

const NPY = encodeNpy(
  Float32Array.from({ length: 12 }, (_, i) => i),
  [3, 4],
);

export const npy: FuzzTarget = {
  name: '.npy',
  good: () => NPY.slice(),
  make: (dice) => mutatedBytes(dice, NPY),
  read: (bytes) => decodeNpy(bytes, 'fuzz.npy'),
};
