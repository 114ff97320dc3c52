// The pictures of the hard sets, made of the bundled scenes by sharp and by warping planes. All of it seeded.

import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { mulberry32 } from '../../src/random.ts';
import { invert3, type Mat3, multiply3, rotationOf, transpose3 } from '../../src/sfm/geometry/matrix3.ts';

export interface HardPicture {
  bytes: Uint8Array<ArrayBuffer>;
  /** Whose true camera it has; null where there is none (strangers, mirrored copies, made-up views). */
  truth: { scene: string; name: string; isTurned?: boolean; matrix?: number[][] } | null;
}

type Change = (picture: Sharp, index: number) => Sharp | Promise<Sharp>;

const SIDE = 384;
const png = async (picture: Sharp) => new Uint8Array(await picture.png({ compressionLevel: 1 }).toBuffer());
const file = (scene: string, name: string) => `assets/scenes/${scene}/train/${name}.webp`;

/** Every n-th picture of a scene, so many, from one on. */
async function of(scene: string, every: number, count: number, from = 0, change: Change = (p) => p, known = true) {
  const pictures: HardPicture[] = [];
  for (let i = 0; i < count && from + i * every < 100; i++) {
    const name = String(from + i * every).padStart(3, '0');
    const bytes = await png(await change(sharp(readFileSync(file(scene, name))), i));
    pictures.push({ bytes, truth: known ? { scene, name } : null });
  }
  return pictures;
}

const joined = async (...parts: Promise<HardPicture[]>[]) => (await Promise.all(parts)).flat();

/** In another order, which must play no part. */
function shuffled(pictures: HardPicture[], seed: number): HardPicture[] {
  const random = mulberry32(seed);
  return pictures
    .map((p) => ({ p, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ p }) => p);
}

const turned = (pictures: HardPicture[]): HardPicture[] =>
  pictures.map((picture) => ({ ...picture, truth: picture.truth && { ...picture.truth, isTurned: true } }));

/** A dim picture: a tenth of the light, noise of two and a half levels of what is left, lifted again. */
async function dim(picture: Sharp, index: number): Promise<Sharp> {
  const { data, info } = await picture.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const random = mulberry32(100 + index);
  for (let i = 0; i < data.length; i++) {
    const noise = 2.5 * (random() + random() + random() - 1.5) * 2;
    data[i] = Math.max(0, Math.min(255, Math.round(10 * Math.round(data[i] / 10 + noise))));
  }
  return sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
}

/** What a plane's picture looks like through a homography from the new pixels to the old ones. */
async function warped(source: Sharp, toSource: Mat3): Promise<Sharp> {
  const { data, info } = await source.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const out = new Uint8Array(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const [u, v, w] = [0, 3, 6].map((r) => toSource[r] * (x + 0.5) + toSource[r + 1] * (y + 0.5) + toSource[r + 2]);
      const [sx, sy] = [u / w - 0.5, v / w - 0.5];
      const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
      if (!(w > 0) || x0 < 0 || y0 < 0 || x0 + 1 >= info.width || y0 + 1 >= info.height) continue;
      const [a, b] = [sx - x0, sy - y0];
      for (let c = 0; c < 3; c++) {
        const at = (y0 * info.width + x0) * 3 + c;
        const [p, q] = [
          data[at] * (1 - a) + data[at + 3] * a,
          data[at + info.width * 3] * (1 - a) + data[at + info.width * 3 + 3] * a,
        ];
        out[(y * SIDE + x) * 3 + c] = p * (1 - b) + q * b;
      }
    }
  }
  return sharp(out, { raw: { width: SIDE, height: SIDE, channels: 3 } });
}

const lens = (focal: number, cx: number, cy = cx): Mat3 => [focal, 0, cx, 0, focal, cy, 0, 0, 1];

/** A camera that turns on the spot, inside of one wide picture. */
async function rotation(count: number): Promise<HardPicture[]> {
  const pictures: HardPicture[] = [];
  for (let i = 0; i < count; i++) {
    const turn = rotationOf(0.06 * Math.sin(2 * i), 0.28 * (i / (count - 1) - 0.5), 0.02 * i);
    const toSource = multiply3(lens(295.65 * 3, 192 * 3), multiply3(turn, invert3(lens(620, SIDE / 2))!));
    const wide = sharp(readFileSync(file('courtyard', '003'))).resize(SIDE * 3, SIDE * 3, { kernel: 'cubic' });
    pictures.push({ bytes: await png(await warped(wide, toSource)), truth: null });
  }
  return pictures;
}

/** A flat wall, seen from an arc: the plane z = 0, one unit of it a side of the picture. */
async function wall(count: number): Promise<HardPicture[]> {
  const pictures: HardPicture[] = [];
  for (let i = 0; i < count; i++) {
    const angle = 0.9 * (i / (count - 1) - 0.5);
    const turn = transpose3(rotationOf(0.05 * Math.cos(3 * i), angle, 0));
    const eye = [1.6 * Math.sin(angle), 0.1 * Math.sin(2 * i), -1.6 * Math.cos(angle)];
    const t = [0, 3, 6].map((r) => -(turn[r] * eye[0] + turn[r + 1] * eye[1] + turn[r + 2] * eye[2]));
    const fromPlane: Mat3 = [turn[0], turn[1], t[0], turn[3], turn[4], t[1], turn[6], turn[7], t[2]];
    const toPicture = multiply3(lens(420, SIDE / 2), fromPlane);
    const painting = sharp(readFileSync('assets/styles/harbour-knife.webp')).resize(900, 900, { fit: 'cover' });
    const toSource = multiply3([600, 0, 450, 0, 600, 450, 0, 0, 1], invert3(toPicture)!);
    // Camera-to-world with OpenGL's axes, as transforms.json has it.
    const matrix = [0, 1, 2].map((r) => [turn[r], -turn[3 + r], -turn[6 + r], eye[r]]);
    pictures.push({ bytes: await png(await warped(painting, toSource)), truth: { scene: 'wall', name: '', matrix } });
  }
  return pictures;
}

const crop = (width: number, height: number) => ({
  left: Math.floor((SIDE - width) / 2),
  top: Math.floor((SIDE - height) / 2),
  width,
  height,
});
const again = async (p: Sharp, change: (p: Sharp) => Sharp) => change(sharp(await png(p)));

export const HARD_SETS: Record<string, () => Promise<HardPicture[]>> = {
  'still life, every third': () => of('still-life', 3, 34),
  'courtyard, every third': () => of('courtyard', 3, 34),
  'boat, every third': () => of('boat', 3, 34),
  'still life, 12 pictures': () => of('still-life', 8, 12),
  'courtyard, 12 pictures': () => of('courtyard', 8, 12),
  'boat, 12 pictures': () => of('boat', 8, 12),
  'courtyard, four sides alike': () => of('courtyard', 1, 20),
  'half blurred': () => of('still-life', 4, 25, 0, (p, i) => (i % 2 ? p.blur(3) : p)),
  'portrait and landscape': () =>
    of('still-life', 4, 25, 0, (p, i) => (i % 2 ? p.extract(crop(384, 288)) : p.extract(crop(288, 384)))),
  'two focal lengths': () =>
    of('still-life', 4, 25, 0, (p, i) => (i % 2 ? again(p.extract(crop(288, 288)), (q) => q.resize(400, 400)) : p)),
  'low light': () => of('still-life', 4, 25, 0, dim),
  'a third of strangers': async () =>
    shuffled(
      await joined(
        of('still-life', 5, 20),
        of('boat', 20, 5, 0, (p) => p, false),
        of('courtyard', 20, 5, 0, (p) => p, false),
      ),
      3,
    ),
  'two scenes': async () =>
    shuffled(
      await joined(
        of('still-life', 6, 16),
        of('boat', 6, 16, 0, (p) => p, false),
      ),
      4,
    ),
  'turned on the spot': () => rotation(10),
  'a flat wall': () => wall(10),
  'mirrored copies': () =>
    joined(
      of('still-life', 5, 20),
      of('still-life', 5, 20, 0, (p) => p.flop(), false),
    ),
  'quarter turns, no EXIF': async () => turned(await of('still-life', 5, 20, 0, (p, i) => p.rotate(90 * (i % 4)))),
  'the same picture': () => of('still-life', 0, 8),
  'small, 96 pixels': () => of('still-life', 4, 25, 0, (p) => p.resize(96, 96)),
  'JPEG quality 8': () => of('still-life', 5, 20, 0, async (p) => sharp(await p.jpeg({ quality: 8 }).toBuffer())),
  'two pictures': () => of('still-life', 8, 2),
  'bare pictures': () => of('still-life', 8, 10, 0, (p) => p.blur(40)),
};
