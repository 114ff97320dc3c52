// What the page must do in any browser: one visit from the welcome to a video, then every kind of bad input. The
// two test files open a browser each and run these on it. Sizes and steps are tiny: the adapters are software.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestSurface } from '../../src/viewer/test-surface.ts';
import { badInputCase } from './bad-input-case.ts';
import { ballZip } from './ball-scene.ts';
import { libraryCase } from './library-case.ts';
import type { OpenedBrowser, PageDriver, Visit } from './page-driver.ts';
import {
  agreementMap,
  centreOf,
  compareFraming,
  deviation,
  difference,
  dropFile,
  dropPaintedStripes,
  ownPsnr,
  pictureOf,
  pressKey,
  pressKeys,
  stylePictures,
  VISIBLE,
  waitUntil,
} from './page-probes.ts';
import { needs, type PageServer, servePage } from './page-server.ts';
import { regionCase } from './region-case.ts';

export interface PageCaseOptions {
  presentation: 'canvas' | 'read-back';
  /** 'bundled': the first of the welcome; 'ball': a tiny one, dropped as a zip, for the slowest adapter. */
  scene: 'bundled' | 'ball';
  /** Query of the page: sizes and steps that this adapter manages in a minute. */
  query: string;
  open(): Promise<OpenedBrowser>;
  /** More cases of this browser, on the painted scene, before the video is made. */
  more?(visit: Visit): void;
  /** Cases that end the visit: nothing of the page is used after them. */
  last?(visit: Visit): void;
}

const SCREENSHOTS = resolve(import.meta.dirname, '../../out/screenshots');
const VIDEO = { container: 'mp4', width: 64, height: 48, fps: 12, frames: 6 } as const;

type Impasto = TestSurface & { ready: Promise<void> };
declare const window: { impasto: Impasto } & typeof globalThis;

export function describePage(name: string, options: PageCaseOptions): void {
  describe(name, () => {
    let server: PageServer;
    let browser: OpenedBrowser;
    let page: PageDriver;

    beforeAll(async () => {
      needs('ffprobe', '/usr/bin/ffprobe');
      [server, browser] = await Promise.all([servePage(), options.open()]);
      page = browser.page;
      mkdirSync(SCREENSHOTS, { recursive: true });
    });
    afterAll(async () => {
      await browser?.close();
      await server?.close();
    });

    const shot = (what: string) => page.screenshot({ path: join(SCREENSHOTS, `${name}-${what}.png`) });
    const until = (what: string, test: () => boolean, seconds = 120) =>
      waitUntil(page, { what, test: `return (${test})()`, ms: seconds * 1000 });

    it('opens with a welcome and the bundled scenes and styles', async () => {
      await page.goto(`${server.address}?${options.query}`);
      await page.evaluate(() => window.impasto.ready);
      const state = await page.evaluate(() => window.impasto.state);
      expect(state.presentation).toBe(options.presentation);
      expect(state.bundledScenes.length).toBeGreaterThan(0);
      expect(state.bundledStyles.length).toBeGreaterThan(0);
      // No style was painted yet: the network that would be used.
      expect(state.features).toBe('small');
      expect(await page.evaluate(() => document.querySelector('.status')?.textContent)).toContain('features: small');
      expect(await page.evaluate(() => document.querySelector('.welcome')?.checkVisibility())).toBe(true);
      await shot('1-welcome');
    });

    it('takes style pictures of every kind, and refuses in a sentence one of which nothing shows', async () => {
      const chosen = () => window.impasto.state.style.chosen?.name;
      for (const [file, bytes] of await stylePictures()) {
        await page.evaluate(dropFile, { name: file, base64: bytes.toString('base64') });
        await waitUntil(page, {
          what: `${file} chosen`,
          test: `return window.impasto.state.style.chosen?.name === '${file.split('.')[0]}'`,
          ms: 20_000,
        });
      }
      const before = await page.evaluate(chosen);
      const clear = sharp({ create: { width: 5, height: 5, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0 } } });
      await page.evaluate(dropFile, { name: 'clear.png', base64: (await clear.png().toBuffer()).toString('base64') });
      await until('a notice', () => window.impasto.notices.at(-1)?.level === 'error', 20);
      expect((await page.evaluate(() => window.impasto.notices)).at(-1)?.text).toBe(
        'style in clear.png: expected something visible, found every pixel transparent',
      );
      expect(await page.evaluate(chosen)).toBe(before);
      // Or it would be painted as soon as the scene is trained.
      await page.evaluate(() => window.impasto.commands.cancelStyle());
    });

    it(`loads a scene (${options.scene}) and learns it: the error falls, PSNR rises`, async () => {
      await page.evaluate(() => {
        const record = window as unknown as { psnrs: number[] };
        record.psnrs = [];
        window.impasto.session.on('train', ({ psnr }) => record.psnrs.push(psnr));
      });
      if (options.scene === 'ball') {
        await page.evaluate(dropFile, { name: 'ball.zip', base64: Buffer.from(ballZip()).toString('base64') });
      } else {
        await page.evaluate(() => document.querySelector<HTMLElement>('.welcome .scenes button')!.click());
      }
      await until('trained', () => window.impasto.state.training.step > 0 && window.impasto.state.busy === 'idle', 200);
      const { psnrs, state } = await page.evaluate(() => ({
        psnrs: (window as unknown as { psnrs: number[] }).psnrs,
        state: window.impasto.state,
      }));
      expect(state.scene?.trainViews).toBeGreaterThan(1);
      expect(psnrs.length).toBeGreaterThan(2);
      expect(psnrs.at(-1)!).toBeGreaterThan(psnrs[0] + 2);
      expect(state.training.losses.length).toBeGreaterThan(2);
      await page.evaluate(() => window.impasto.atRest());
      await shot('2-trained');
    });

    it("looks through the cameras: the field in the photograph's framing, the photograph, the error", async () => {
      // Key by key: each flies to the next camera of those learnt from.
      const looked: { index: number | null; name: string }[] = [];
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft']) {
        await page.evaluate(pressKey, key);
        await waitUntil(page, {
          what: 'the view measured',
          test: 'return window.impasto.state.cameraView.psnr !== null',
          ms: 30_000,
        });
        looked.push(await page.evaluate(() => window.impasto.state.cameraView));
      }
      const count = await page.evaluate(() => window.impasto.session.state.scene!.train.length);
      const [first, second, third] = looked.map(({ index }) => index!);
      expect(second).toBe((first + 1) % count);
      expect(third).toBe(first);
      expect(looked[0].name).not.toBe(looked[1].name);
      await page.evaluate(() => window.impasto.atRest());

      await page.evaluate(pressKeys, 't');
      await until('photograph', () => document.querySelector<HTMLElement>('.over-view')!.checkVisibility());
      const framing = await page.evaluate(compareFraming);
      await shot('2-photograph');
      // Shifted by a tenth of the picture, photograph and field agree clearly less, even after so few steps.
      expect(framing.aligned).toBeLessThan(0.9 * framing.shifted);

      await page.evaluate(pressKeys, 'e');
      await waitUntil(page, {
        what: 'error over the view',
        test: 'return window.impasto.state.cameraView.show === "error" && document.querySelector(".over-view").checkVisibility()',
        ms: 30_000,
      });
      const { psnr, expected } = await page.evaluate(ownPsnr);
      // The page measures the picture as a file would hold it, 8 bits a channel.
      expect(Math.abs(psnr - expected)).toBeLessThan(0.1);
      await shot('2-error');
      await page.evaluate(pressKeys, 'e');
      expect(await page.evaluate(() => window.impasto.state.cameraView.show)).toBe('field');
    });

    it('turns: a drag in the picture shows another view', async () => {
      const before = await pictureOf(page);
      expect(deviation(before)).toBeGreaterThan(4);
      const { x, y } = await page.evaluate(centreOf, '.viewport');
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + 90, y + 20, { steps: 4 });
      await page.mouse.up();
      // A hand on the view lets go of the camera.
      expect(await page.evaluate(() => window.impasto.state.cameraView.index)).toBeNull();
      await page.evaluate(() => window.impasto.atRest());
      expect(difference(before, await pictureOf(page))).toBeGreaterThan(VISIBLE);
    });

    // The ball is known to be in the middle and to stand before half of the grid.
    if (options.scene === 'ball') {
      it('draws a grid into the picture that goes behind the field', async () => {
        const before = await pictureOf(page);
        await page.evaluate(async () => {
          // Through the middle of the ball, seen from above.
          window.impasto.state.view.gridHeight = 0;
          document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'g', bubbles: true }));
          await window.impasto.atRest();
        });
        const after = await pictureOf(page);
        await shot('3-grid');
        expect(difference(before, after)).toBeGreaterThan(0.5);
        // A patch of the ball's upper half, where the grid's far half lies behind it.
        expect(difference(before, after, 0.48, 0.52, 0.4, 0.45)).toBeLessThan(0.2);
        await page.evaluate(pressKeys, 'gfa');
        await page.evaluate(() => window.impasto.atRest());
        expect(difference(before, await pictureOf(page))).toBeGreaterThan(0.05);
        await page.evaluate(pressKeys, 'fa');
        await page.evaluate(() => window.impasto.atRest());
        expect(difference(before, await pictureOf(page))).toBeLessThan(0.05);
      });
    }

    it('paints with a dropped picture: colours first, then strokes', async () => {
      const before = await pictureOf(page);
      await page.evaluate(() => {
        const record = window as unknown as { heard: string[] };
        record.heard = [];
        window.impasto.session.on('colours', () => record.heard.push('colours'));
        window.impasto.session.on('progress', ({ task }) => record.heard.push(task));
      });
      await page.evaluate(dropPaintedStripes);
      await until('style seen', () => window.impasto.state.style.applied.length > 0);
      await until('painted', () => window.impasto.state.busy === 'idle', 200);
      await page.evaluate(() => window.impasto.atRest());
      const heard = await page.evaluate(() => (window as unknown as { heard: string[] }).heard);
      expect(heard).toContain('colours');
      expect(heard).toContain('stylize');
      expect(heard.indexOf('colours')).toBeLessThan(heard.indexOf('stylize'));
      expect(difference(before, await pictureOf(page))).toBeGreaterThan(VISIBLE);
      await shot('4-painted');
    });

    it('wipes between original and painting, and the line can be dragged', async () => {
      const painted = await pictureOf(page);
      await page.evaluate(pressKeys, 'c');
      await page.evaluate(() => window.impasto.atRest());
      const wiped = await pictureOf(page);
      expect(difference(painted, wiped, 0, 0.45)).toBeGreaterThan(VISIBLE);
      expect(difference(painted, wiped, 0.55, 1)).toBeLessThan(0.5);
      await shot('5-wipe');
      const { x, y } = await page.evaluate(centreOf, '.wipe');
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + 120, y, { steps: 3 });
      await page.mouse.up();
      const { on, position } = await page.evaluate(() => window.impasto.state.compare);
      expect(on).toBe(true);
      expect(position).toBeGreaterThan(0.55);
      await page.evaluate(pressKeys, 'c');
      await page.evaluate(() => window.impasto.atRest());
    });

    it('lays over the view where it disagrees with its nearest camera, and anew when turned', async () => {
      const measured = () => until('agreement measured', () => window.impasto.state.agreement.rmse !== null);
      await page.evaluate(pressKeys, 'i');
      await measured();
      const { agreement, cameras } = await page.evaluate(() => ({
        agreement: window.impasto.state.agreement,
        cameras: window.impasto.session.state.scene!.train.length,
      }));
      expect(agreement.beside).toBeGreaterThanOrEqual(0);
      expect(agreement.beside).toBeLessThan(cameras);
      expect(agreement.share).toBeGreaterThan(0.02);
      // Neighbouring views of one field are no strangers.
      expect(agreement.rmse).toBeGreaterThan(0);
      expect(agreement.rmse).toBeLessThan(0.25);
      await shot('5-agreement');
      const map = await page.evaluate(agreementMap);
      expect(map.covers).toBe(true);
      // What both see is opaque, and that is the share told.
      expect(Math.abs(map.opaque - agreement.share)).toBeLessThan(0.01);

      const { x, y } = await page.evaluate(centreOf, '.viewport');
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x - 40, y, { steps: 3 });
      await page.mouse.up();
      await until('the old one gone', () => window.impasto.state.agreement.beside === null);
      await measured();
      await page.evaluate(pressKeys, 'i');
      expect(await page.evaluate(agreementMap)).toMatchObject({ visible: false });
      await page.evaluate(() => window.impasto.atRest());
    });

    it('shows strength 0 as the original, and strength 1 as the painting again', async () => {
      const painted = await pictureOf(page);
      await page.evaluate(async () => {
        window.impasto.commands.setStrength(0);
        await window.impasto.atRest();
      });
      expect(difference(painted, await pictureOf(page))).toBeGreaterThan(VISIBLE);
      await page.evaluate(async () => {
        window.impasto.commands.setStrength(1);
        await window.impasto.atRest();
      });
      expect(difference(painted, await pictureOf(page))).toBeLessThan(0.5);
    });

    it('saves the painted field and opens it again', async () => {
      const painted = await pictureOf(page);
      await page.evaluate(async () => {
        const bytes = await window.impasto.session.save();
        await window.impasto.commands.clearStyle();
        await window.impasto.atRest();
        (window as unknown as { saved: typeof bytes }).saved = bytes;
      });
      expect(difference(painted, await pictureOf(page))).toBeGreaterThan(VISIBLE);
      await page.evaluate(async () => {
        const { saved } = window as unknown as { saved: Uint8Array<ArrayBuffer> };
        const transfer = new DataTransfer();
        transfer.items.add(new File([saved], 'painted.impasto'));
        window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, cancelable: true }));
      });
      await until('opened', () => window.impasto.notices.some(({ text }) => text.includes('painted.impasto')));
      expect(await page.evaluate(() => window.impasto.state.style.applied)).toEqual(['stripes']);
      await page.evaluate(() => window.impasto.atRest());
      // The file holds halves.
      expect(difference(painted, await pictureOf(page))).toBeLessThan(1);
    });

    libraryCase({ page: () => page, shot, until });

    // Chromium's software adapter takes two minutes for it, and lavapipe half of one: there on request only.
    if (name === 'firefox' || process.env.IMPASTO_REGIONS) regionCase({ page: () => page, shot, until });

    it('trains on from the opened file: no step is lost and the error does not rise', async () => {
      const before = await page.evaluate(() => ({
        step: window.impasto.state.training.step,
        psnr: window.impasto.state.training.psnr!,
      }));
      await page.evaluate(() => {
        const record = window as unknown as { resumed: number[] };
        record.resumed = [];
        window.impasto.session.on('train', ({ step, psnr }) => record.resumed.push(step, psnr));
        void window.impasto.commands.train();
      });
      await until('training on', () => window.impasto.state.busy === 'training');
      await until('trained on', () => window.impasto.state.busy === 'idle', 200);
      const resumed = await page.evaluate(() => (window as unknown as { resumed: number[] }).resumed);
      const steps = resumed.filter((_, i) => i % 2 === 0);
      const psnrs = resumed.filter((_, i) => i % 2 === 1);
      expect(steps[0]).toBeGreaterThan(before.step);
      expect(steps.at(-1)!).toBeGreaterThanOrEqual(before.step + 32);
      // A field begun anew is several decibels worse.
      expect(psnrs[0]).toBeGreaterThan(before.psnr - 2);
      expect(psnrs.at(-1)!).toBeGreaterThan(before.psnr - 0.5);
    });

    options.more?.({ page: () => page, shot, until });

    badInputCase({ page: () => page, shot, until });

    it('exports a turntable that plays with the asked size, rate and length', async () => {
      const encoded = await page.evaluate(async (wish) => {
        Object.assign(window.impasto.state.export, wish);
        await window.impasto.commands.exportVideo();
        const bytes = window.impasto.commands.lastVideo;
        return bytes ? btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) : null;
      }, VIDEO);
      expect(encoded, 'bytes of the video').not.toBeNull();
      const folder = await mkdtemp(join(tmpdir(), 'impasto-video-'));
      try {
        const file = join(folder, 'turntable.mp4');
        writeFileSync(file, Buffer.from(encoded!, 'base64'));
        const entries = 'stream=codec_name,width,height,r_frame_rate,nb_read_frames';
        const probe = execFileSync(
          '/usr/bin/ffprobe',
          ['-v', 'error', '-count_frames', '-select_streams', 'v', '-show_entries', entries, '-of', 'json', file],
          { encoding: 'utf8' },
        );
        expect(JSON.parse(probe).streams[0]).toMatchObject({
          codec_name: 'h264',
          width: VIDEO.width,
          height: VIDEO.height,
          r_frame_rate: `${VIDEO.fps}/1`,
          nb_read_frames: String(VIDEO.frames),
        });
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    it('said no error on the console', () => {
      expect(browser.errors).toEqual([]);
    });

    options.last?.({ page: () => page, shot, until });
  });
}
