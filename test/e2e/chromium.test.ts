// The page in headless Chromium on its SwiftShader adapter, where WebGPU canvases are never presented: the page
// finds that out by itself and shows what it reads back. Here too is what only this browser's debugging protocol can
// do truly: fingers, a folder dropped from the file system, the clipboard, and a graphics process that dies.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ballZip } from './ball-scene.ts';
import { type Opened, openChromium } from './open-chromium.ts';
import { describePage } from './page-cases.ts';
import type { PageDriver, Visit } from './page-driver.ts';
import { dropFile, waitUntil } from './page-probes.ts';
import { needs, type PageServer, servePage } from './page-server.ts';
import { PHOTOGRAPH, writePhotographs } from './photograph-folder.ts';

let visit: Opened;

describePage('chromium', {
  presentation: 'read-back',
  scene: 'ball',
  query: 'shipped=0&preset=quick&steps=64&styleSteps=2&field=48',
  async open() {
    visit = await openChromium();
    return { page: visit.page as unknown as PageDriver, errors: visit.errors, close: visit.close };
  },
  more: gestures,
  last: losses,
});

/** Positions of the fingers from one moment to the next. */
type Fingers = [x: number, y: number][][];

async function touch(moments: Fingers): Promise<void> {
  for (const [i, fingers] of moments.entries()) {
    await visit.protocol.send('Input.dispatchTouchEvent', {
      type: i === 0 ? 'touchStart' : 'touchMove',
      touchPoints: fingers.map(([x, y], id) => ({ x, y, id })),
    });
  }
  await visit.protocol.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

function gestures({ page, until }: Visit): void {
  /** Where the view is seen from after the fingers moved, against before. */
  const moved = async (fingers: Fingers) => {
    const look = () => page().evaluate(() => window.impasto.standpoint!());
    const before = await look();
    await touch(fingers);
    await page().evaluate(() => window.impasto.atRest!());
    const after = await look();
    const distance = ({ position, target }: typeof after) => Math.hypot(...position.map((p, i) => p - target[i]));
    return {
      turned: Math.hypot(...after.position.map((p, i) => p - before.position[i])),
      panned: Math.hypot(...after.target.map((t, i) => t - before.target[i])),
      nearer: distance(before) / distance(after),
      distance: distance(before),
    };
  };

  it('turns under one finger, comes nearer under a pinch, moves aside under two', async () => {
    const turn = await moved([[[250, 300]], [[270, 300]], [[300, 305]], [[330, 310]]]);
    expect(turn.turned).toBeGreaterThan(0.1 * turn.distance);
    expect(turn.panned).toBeLessThan(1e-6);
    expect(turn.nearer).toBeCloseTo(1, 5);

    // What lies between the fingers stays there: the pivot itself only where they pinch in the middle of the view.
    const middle = await page().evaluate(() => {
      const { left, top, width, height } = document.querySelector('.viewport')!.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    });
    const apart = ({ x, y }: typeof middle) =>
      [20, 40, 50].map((half): [number, number][] => [
        [x - half, y],
        [x + half, y],
      ]);
    const pinch = await moved(apart(middle));
    expect(pinch.nearer).toBeGreaterThan(1.5);
    expect(pinch.panned).toBeLessThan(0.02 * pinch.distance);

    const pan = await moved([
      [[200, 300], [300, 300]], // biome-ignore format: a moment a line
      [
        [210, 320],
        [310, 320],
      ],
      [
        [220, 350],
        [320, 350],
      ],
    ]);
    expect(pan.panned).toBeGreaterThan(0.05 * pan.distance);
    expect(pan.nearer).toBeCloseTo(1, 1);

    const aside = await moved(apart({ x: middle.x - 100, y: middle.y }));
    expect(aside.panned).toBeGreaterThan(0.02 * aside.distance);
  });

  it('paints with a picture pasted from the clipboard', async () => {
    await visit.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page().evaluate(async () => {
      const canvas = new OffscreenCanvas(96, 96);
      const context = canvas.getContext('2d')!;
      context.fillStyle = '#0b7a4b';
      context.fillRect(0, 0, 96, 96);
      context.fillStyle = '#f2e205';
      context.fillRect(0, 0, 48, 96);
      const blob = await canvas.convertToBlob({ type: 'image/png' });
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
      (document.activeElement as HTMLElement | null)?.blur();
    });
    await visit.page.keyboard.press('Control+V');
    // The browser calls what is pasted image.png.
    await until('pasted', () => window.impasto.state!.style.chosen?.name === 'image', 20);
    await until(
      'painted',
      () => window.impasto.state!.busy === 'idle' && window.impasto.state!.style.applied[0] === 'image',
    );
  });
}

function losses({ page, shot, until }: Visit): void {
  it('says in words that the graphics device was lost, and what is kept', async () => {
    await until('kept', () => window.impasto.kept!()?.step === window.impasto.state!.training.step, 20);
    const protocol = await visit.context.browser()!.newBrowserCDPSession();
    // The answer never comes back from a process that is gone.
    protocol.send('Browser.crashGpuProcess').catch(() => undefined);
    await waitUntil(page(), {
      what: 'the page about the lost device',
      test: 'return document.querySelector(".notice-page.over") !== null',
      ms: 30_000,
    });
    const text = (await visit.page.textContent('.notice-page')) ?? '';
    const step = await page().evaluate(() => window.impasto.state!.training.step);
    expect(text).toContain('The graphics device was lost');
    expect(text).toContain(`${step} steps, painted as image, kept `);
    expect(text).toMatch(/kept (less than a minute|a minute|\d+ minutes) ago/);
    expect(text).toContain('Start again with it');
    const notices = await page().evaluate(() => window.impasto.notices!.map((notice) => notice.text));
    expect(notices.filter((notice) => notice.includes('went wrong'))).toEqual([]);
    await shot('7-lost');
  });

  it('starts again with the kept field, takes its photographs back and trains on', async () => {
    const step = await page().evaluate(() => window.impasto.state!.training.step);
    await Promise.all([visit.page.waitForEvent('load'), visit.page.click('.notice-page .again')]);
    await page().evaluate(() => window.impasto.ready);
    await until('opened', () => window.impasto.state!.training.step > 0 && window.impasto.state!.busy === 'idle', 30);
    const state = await page().evaluate(() => window.impasto.state!);
    expect(state.training.step).toBe(step);
    expect(state.style.applied).toEqual(['image']);
    // And with what was painted on it before.
    await until('library', () => (window.impasto.state!.library.styles.length ?? 0) === 3, 60);
    // The photographs were the user's own files and are not kept: training without them is refused in a sentence.
    await page().evaluate(() => void window.impasto.commands!.train());
    await until('refusal', () => window.impasto.notices!.at(-1)?.text.includes('photographs of ball') ?? false, 10);

    await page().evaluate(dropFile, { name: 'ball.zip', base64: Buffer.from(ballZip()).toString('base64') });
    await until('photographs', () => (window.impasto.session!.state.scene?.train[0].picture.width ?? 0) > 0, 30);
    await until('at rest', () => window.impasto.state!.busy === 'idle', 30);
    const joined = await page().evaluate(() => window.impasto.state!);
    expect(joined.training.step).toBe(step);
    expect(joined.style.applied).toEqual(['image']);
    await page().evaluate(() => void window.impasto.commands!.train());
    await until('a further step', () => window.impasto.state!.training.psnr !== null, 60);
    const { training } = await page().evaluate(() => window.impasto.state!);
    expect(training.step).toBeGreaterThan(step);
    expect(training.psnr).toBeGreaterThan(15);
    await page().evaluate(() => window.impasto.commands!.pause());
  });
}

describe('chromium, other pages', () => {
  let server: PageServer;
  beforeAll(async () => {
    server = await servePage();
  });
  afterAll(() => server?.close());

  it('takes a dropped folder of fifty photographs without freezing, within 500 MB', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'impasto-photographs-'));
    const { page, protocol, close } = await openChromium();
    try {
      expect(await writePhotographs(folder, 50)).toBeGreaterThan(15e6);
      await page.goto(`${server.address}?shipped=0&preset=quick&train=0`);
      await page.evaluate(() => window.impasto.ready);
      await page.evaluate(watchTheThread);
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
        const data = { items: [], files: [folder], dragOperationsMask: 1 };
        await protocol.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
      }
      let most = 0;
      const heap = async () => {
        // ArrayBuffers, where the pictures are, lie outside of the script's own heap.
        const usage = (await protocol.send('Runtime.getHeapUsage')) as {
          usedSize: number;
          backingStorageSize?: number;
        };
        most = Math.max(most, usage.usedSize + (usage.backingStorageSize ?? 0));
      };
      const loaded = () =>
        page.evaluate(() => window.impasto.state!.scene !== null && window.impasto.state!.busy === 'idle');
      const end = Date.now() + 90_000;
      while (!(await loaded()) && Date.now() < end) await heap();
      await heap();
      const scene = await page.evaluate(() => {
        const { train, test, notes } = window.impasto.session!.state.scene!;
        const { width, height } = train[0].picture;
        return { views: train.length + test.length, width, height, notes };
      });
      const longest = await page.evaluate(() => (window as unknown as { longestGap: number }).longestGap);
      console.log(
        `fifty photographs: longest gap ${longest.toFixed(0)} ms, heap at most ${(most / 1e6).toFixed(0)} MB`,
      );
      expect(scene.views).toBe(50);
      // Resident at the preset's size, not at the photographs' own.
      expect(scene.height).toBeLessThan(PHOTOGRAPH.height / 2);
      expect(scene.width / scene.height).toBeCloseTo(PHOTOGRAPH.width / PHOTOGRAPH.height, 2);
      expect(longest).toBeLessThan(250);
      expect(most).toBeLessThan(500e6);
    } finally {
      await close();
      await rm(folder, { recursive: true });
    }
  });

  it('explains how to switch WebGPU on where it is missing', async () => {
    // Without the flags this Chromium has no adapter; without navigator.gpu it is an older browser.
    const browser = await chromium.launch({
      executablePath: needs('Chromium', '/usr/bin/chromium'),
      args: ['--no-sandbox'],
    });
    try {
      for (const hidden of [false, true]) {
        const page = await browser.newPage();
        if (hidden) await page.addInitScript(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
        await page.goto(server.address);
        await page.waitForSelector('.notice-page');
        const text = (await page.textContent('.notice-page')) ?? '';
        for (const words of ['Chrome', 'Firefox', 'Safari', 'about:config']) expect(text).toContain(words);
        expect(text).toContain(hidden ? 'navigator.gpu' : 'adapter');
        await page.close();
      }
    } finally {
      await browser.close();
    }
  });
});

/** Runs in the page: the longest time between two turns of its event loop. */
function watchTheThread(): void {
  const record = window as unknown as { longestGap: number };
  record.longestGap = 0;
  const channel = new MessageChannel();
  let last = performance.now();
  channel.port1.onmessage = () => {
    const now = performance.now();
    record.longestGap = Math.max(record.longestGap, now - last);
    last = now;
    // Every few milliseconds: always would take the very time that is measured.
    setTimeout(() => channel.port2.postMessage(null), 4);
  };
  channel.port2.postMessage(null);
}
