// The package as others get it: packed, installed into an empty folder, and used there by both examples as they ship.
// In Node a tiny scene is learnt, painted and filmed; in Firefox a painted field stands in a three.js scene, and hides
// what is behind it of a ring that hides what is behind itself.

import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { PerspectiveCamera, Vector3 } from 'three/webgpu';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readContainer } from '../../src/nerf/container.ts';
import { ballZip } from './ball-scene.ts';
import { openFirefox } from './open-firefox.ts';
import { serveFolder } from './page-server.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SCREENSHOT = join(ROOT, 'out/screenshots/three-app.png');
/** What nobody needs who imports the package: installing it brings none of these. */
const NOT_BROUGHT = ['three', 'webgpu', 'sharp', '@napi-rs', '@tensorflow', 'lil-gui', 'uplot', 'commander'];

const folder = mkdtempSync(join(tmpdir(), 'impasto-package-'));
const modules = join(folder, 'node_modules');
let files: string[];
let packed: string;

/** @returns what it said on stdout; stderr is in the error where it fails */
function run(cwd: string, command: string, ...args: string[]): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
/** What an example's own package.json asks for is taken from here: installing it once more would show nothing. */
function borrow(...names: string[]): void {
  for (const name of names) {
    const from = join(ROOT, 'node_modules', name);
    const to = join(modules, name);
    mkdirSync(resolve(to, '..'), { recursive: true });
    if (!existsSync(to)) symlinkSync(from, to);
  }
}
/** An example as it ships, in a folder of its own. */
function example(name: string): string {
  const place = join(folder, name);
  cpSync(join(modules, 'impasto-3d/examples', name), place, { recursive: true });
  return place;
}
const tsc = (place: string) => run(place, process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'));

beforeAll(() => {
  // What npm prints is mixed with what the build prints: the file itself says what it holds.
  run(ROOT, 'npm', 'pack', '--silent', '--pack-destination', folder);
  packed = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? 'no tarball was packed');
  files = run(folder, 'tar', '-tzf', packed)
    .split('\n')
    .filter((name) => name.startsWith('package/') && !name.endsWith('/'))
    .map((name) => name.slice('package/'.length));
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  run(folder, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', packed);
  mkdirSync(resolve(SCREENSHOT, '..'), { recursive: true });
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('holds code, types, command, weights and one painted field, and no photograph', () => {
  const size = statSync(packed).size;
  console.log(`package: ${(size / 1e6).toFixed(2)} MB in ${files.length} files`);
  expect(size).toBeLessThan(6e6);
  for (const needed of [
    'dist/lib/index.js',
    'dist/types/index.d.ts',
    'dist/cli/impasto.mjs',
    'assets/weights/small.bin',
    'dist/lib/THIRD-PARTY-NOTICES.txt',
    'dist/cli/THIRD-PARTY-NOTICES.txt',
  ])
    expect(files).toContain(needed);
  expect(files.filter((name) => name.startsWith('assets/scenes') || name.startsWith('src/'))).toEqual([]);
  expect(NOT_BROUGHT.filter((name) => existsSync(join(modules, name)))).toEqual([]);
});

it('says in one sentence which package a command lacks', () => {
  let said = '';
  try {
    run(folder, process.execPath, join(modules, '.bin/impasto'), 'info');
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: string };
    said = `${status} ${stderr}`;
  }
  expect(said).toMatch(/^2 .*package webgpu: expected it to be installed, found none \(npm install webgpu\)\n$/);
});

it('learns, paints and films a scene in Node', () => {
  const place = example('node-batch');
  borrow('webgpu', 'sharp', '@napi-rs/webcodecs', '@img', 'detect-libc', 'semver', '@types/node', 'undici-types');
  tsc(place);
  writeFileSync(join(place, 'ball.zip'), ballZip());
  cpSync(join(ROOT, 'assets/styles/thumbs/night-river.webp'), join(place, 'style.webp'));
  const said = run(place, process.execPath, 'batch.mjs', 'ball.zip', 'style.webp', 'out', '60', '6');
  const [, start, end] = /distance to the style ([\d.]+) -> ([\d.]+)/.exec(said)!;
  // Six strokes change it; whether for the better is not to be told from so few.
  expect(Number(start)).toBeGreaterThan(0.05);
  expect(end).not.toBe(start);
  const painted = join(place, 'out/painted.impasto');
  const { meta } = readContainer(new Uint8Array(readFileSync(painted)), painted);
  expect([meta.steps, meta.style]).toMatchObject([60, { names: ['style.webp'] }]);
  expect(readFileSync(join(place, 'out/turntable.mp4')).subarray(4, 8).toString()).toBe('ftyp');
});

it('stands in a three.js scene, before what is behind it and behind what is before it', async () => {
  const place = example('three-app');
  borrow('three', '@types/three', 'vite', 'typescript', '@webgpu/types');
  tsc(place);
  run(place, process.execPath, join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'error');
  const server = await serveFolder(join(place, 'dist'));
  const browser = await openFirefox();
  try {
    const { page } = browser;
    await page.goto(server.address);
    const picture = await atRest(() => page.screenshot({ path: SCREENSHOT }));
    expect(browser.errors).toEqual([]);
    const { seen, hidden } = ringIn(picture);
    console.log(`ring: ${seen} points seen, ${hidden} hidden`);
    expect(seen).toBeGreaterThan(20);
    expect(hidden).toBeGreaterThan(5);
  } finally {
    await browser.close();
    await server.close();
  }
});

interface Shot {
  width: number;
  height: number;
  data: Buffer;
}

/** Screenshots until there is a ring and nothing changes any more. */
async function atRest(shoot: () => Promise<unknown>): Promise<Shot> {
  let last: Shot | null = null;
  for (let i = 0; i < 60; i++) {
    await new Promise((done) => setTimeout(done, 1500));
    await shoot();
    const { data, info } = await sharp(SCREENSHOT).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const now = { width: info.width, height: info.height, data };
    if (last?.data.equals(data) && isRing(now, ...ringPoints(now)[0].pixel)) return now;
    last = now;
  }
  throw new Error('the example: expected a picture at rest with a ring in it, found none');
}

/** The ring of the example as its camera sees it, from the point nearest to the camera on. */
function ringPoints({ width, height }: Shot): { pixel: [number, number]; distance: number }[] {
  const camera = new PerspectiveCamera(45, width / height, 0.02, 60);
  camera.position.set(1.4, 0.7, 1.4);
  camera.lookAt(0, 0, 0);
  camera.updateMatrixWorld();
  return Array.from({ length: 72 }, (_, i) => {
    const angle = Math.PI / 4 + (2 * Math.PI * i) / 72;
    const point = new Vector3(0.5 * Math.cos(angle), 0, 0.5 * Math.sin(angle));
    const distance = point.distanceTo(camera.position);
    const { x, y } = point.project(camera);
    return { pixel: [Math.floor(((x + 1) / 2) * width), Math.floor(((1 - y) / 2) * height)], distance };
  });
}

const isRing = ({ width, data }: Shot, x: number, y: number) => {
  const [r, g, b] = data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3);
  return r > 200 && g < 60 && b > 200;
};

/** The near side is seen whole; of the far side the field hides some. */
function ringIn(shot: Shot): { seen: number; hidden: number } {
  const points = ringPoints(shot).map(({ pixel, distance }) => ({ seen: isRing(shot, ...pixel), distance }));
  const middle = points.reduce((sum, { distance }) => sum + distance, 0) / points.length;
  for (const { seen, distance } of points) if (!seen) expect(distance).toBeGreaterThan(middle);
  return { seen: points.filter(({ seen }) => seen).length, hidden: points.filter(({ seen }) => !seen).length };
}
