// What a newcomer sees, in Firefox on lavapipe: a finished painting before anything is learnt, in a first load of 5 MB at
// most; other styles of it at a click; photographs only when they are needed.

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { TestSurface } from '../../src/viewer/test-surface.ts';
import { firefoxVisit } from './firefox-visit.ts';
import { deviation, difference, pictureOf, VISIBLE, waitUntil } from './page-probes.ts';

declare const window: { impasto: TestSurface & { ready: Promise<void> } } & typeof globalThis;

const SCREENSHOTS = resolve(import.meta.dirname, '../../out/screenshots');
const FIRST_LOAD = 5e6;

const visit = firefoxVisit();
const { until } = visit;
beforeAll(() => {
  mkdirSync(SCREENSHOTS, { recursive: true });
});
const shot = (what: string) => visit.browser.page.screenshot({ path: join(SCREENSHOTS, `opening-${what}.png`) });

/** Bytes that came so far, as sent or, where nothing was packed, as they are; and from where. */
function fetched(): { bytes: number; files: string[] } {
  const entries = performance.getEntries().filter((entry) => entry instanceof PerformanceResourceTiming);
  return {
    bytes: entries.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    files: entries.map(({ name }) => new URL(name).pathname),
  };
}

interface Moment {
  bytes: number;
  requests: number;
  ms: number;
}

/** When the small picture was seen and when the first frame, and what had come by then. */
function firstPictures(): Moment[] {
  const entries = performance.getEntries().filter((entry) => entry instanceof PerformanceResourceTiming);
  return ['impasto.poster', 'impasto.painted'].map((name) => {
    const { startTime: ms } = performance.getEntriesByName(name)[0];
    const come = entries.filter(({ responseEnd }) => responseEnd <= ms);
    return { ms, requests: come.length, bytes: come.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) };
  });
}

it('opens with a finished painting, the welcome beside it, in at most 5 MB', async () => {
  const { page } = visit.browser;
  await page.goto(`${visit.server.address}?field=160`);
  await page.evaluate(() => window.impasto.ready);
  await until('painting', () => window.impasto.state.style.applied.length > 0);
  await page.evaluate(() => window.impasto.atRest());
  await shot('1-first');
  const { state, visible } = await page.evaluate(() => ({
    state: window.impasto.state,
    visible: document.querySelector('.welcome')!.checkVisibility(),
  }));
  expect(visible).toBe(true);
  expect(state.scene?.name).toBe(state.shipped[0].title);
  expect(state.style.applied).toEqual([state.shipped[0].styles[0].title]);
  expect([state.busy, state.training.step]).toEqual(['idle', state.shipped[0].steps]);
  expect(deviation(await pictureOf(page))).toBeGreaterThan(20);
  const { bytes, files } = await page.evaluate(fetched);
  const [poster, painted] = await page.evaluate(firstPictures);
  const told = ({ bytes, requests, ms }: Moment) =>
    `${(bytes / 1e6).toFixed(2)} MB, ${requests} requests, ${ms.toFixed(0)} ms`;
  console.log(
    `first load: poster at ${told(poster)}; painted at ${told(painted)}; ${(bytes / 1e6).toFixed(2)} MB in all`,
  );
  expect(poster.bytes).toBeLessThan(2e6);
  expect(poster.ms).toBeLessThan(painted.ms);
  // What only videos and curves need has not come.
  expect(files.filter((file) => /mediabunny|curve/i.test(file))).toEqual([]);
  expect(files.filter((file) => /\/train\//.test(file))).toEqual([]);
  expect(bytes).toBeGreaterThan(1e6);
  expect(bytes).toBeLessThanOrEqual(FIRST_LOAD);
});

it('shows a finished style again at a click, and fetches no photograph for it', async () => {
  const { page } = visit.browser;
  const painted = await pictureOf(page);
  expect(await page.evaluate(() => document.querySelectorAll('.frame[data-state=ready]').length - 1)).toBe(
    await page.evaluate(() => window.impasto.state.shipped[0].styles.length),
  );
  await page.evaluate(async () => {
    await window.impasto.commands.clearStyle();
    await window.impasto.atRest();
  });
  expect(difference(painted, await pictureOf(page))).toBeGreaterThan(VISIBLE);
  await shot('2-plain');
  await page.evaluate(() => document.querySelector<HTMLElement>('.frame.painted-item .show')!.click());
  await until('painted again', () => window.impasto.state.style.applied.length > 0);
  await page.evaluate(() => window.impasto.atRest());
  expect((await page.evaluate(fetched)).files.filter((file) => /\/train\//.test(file))).toEqual([]);
});

it('leaves the picture to whoever lays a hand on it', async () => {
  const { page } = visit.browser;
  await page.mouse.move(700, 300);
  await page.mouse.down();
  await page.mouse.up();
  expect(await page.evaluate(() => document.querySelector('.welcome')!.checkVisibility())).toBe(false);
});

it('opens the other scenes as they came along', async () => {
  const { page } = visit.browser;
  for (const i of [1, 2]) {
    await page.evaluate(
      (i: number) => void window.impasto.commands.openBundled(window.impasto.state.shipped[i].scene),
      i,
    );
    await waitUntil(page, {
      what: `scene ${i}`,
      test: `const { state } = window.impasto; return state.busy === 'idle' && state.scene?.name === state.shipped[${i}].title`,
      ms: 60_000,
    });
    await page.evaluate(() => window.impasto.atRest());
    await shot(`3-scene-${i}`);
    expect(deviation(await pictureOf(page))).toBeGreaterThan(20);
    const { applied, first } = await page.evaluate((i: number) => {
      const { style, shipped } = window.impasto.state;
      return { applied: style.applied, first: shipped[i].styles.slice(0, 1).map(({ title }) => title) };
    }, i);
    expect(applied).toEqual(first);
  }
});

it('hears keys after a check box was clicked', async () => {
  const { page } = visit.browser;
  const grid = await page.evaluate(() => {
    const box = document.querySelector<HTMLInputElement>('.panels input[type=checkbox]')!;
    box.focus();
    const press = () => box.dispatchEvent(new KeyboardEvent('keydown', { key: 'g', bubbles: true, cancelable: true }));
    press();
    const { grid } = window.impasto.state.view;
    press();
    return grid;
  });
  expect(grid).toBe(true);
});

it('fetches the photographs when they are needed, and keeps the field, its paintings and the view', async () => {
  const { page } = visit.browser;
  const before = await page.evaluate(() => ({
    standpoint: window.impasto.standpoint(),
    styles: window.impasto.state.library.styles.length,
  }));
  const step = await page.evaluate(() => {
    // As a double click does it, and then once more.
    const train = [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Train on')!;
    for (const detail of [1, 2]) train.dispatchEvent(new MouseEvent('click', { bubbles: true, detail }));
    document.querySelector<HTMLElement>('.question .primary')!.click();
    void window.impasto.commands.train();
    return window.impasto.state.training.step;
  });
  await until(
    'training on',
    () => window.impasto.state.busy === 'training' && window.impasto.state.training.psnr !== null,
  );
  const { files } = await page.evaluate(fetched);
  expect(files.filter((file) => /\/train\//.test(file)).length).toBeGreaterThan(20);
  const now = await page.evaluate(() => window.impasto.state.training);
  expect(now.step).toBeGreaterThan(step);
  // A field begun anew shows its pictures worse by far.
  expect(now.psnr!).toBeGreaterThan(22);
  const after = await page.evaluate(() => ({
    standpoint: window.impasto.standpoint(),
    styles: window.impasto.state.library.styles.length,
  }));
  expect(after).toEqual(before);
  expect(await page.evaluate(() => window.impasto.state.jobs.map(({ kind }) => kind))).toEqual(['train']);
  expect(await page.evaluate(() => window.impasto.notices.filter(({ level }) => level === 'error'))).toEqual([]);
  await page.evaluate(() => window.impasto.commands.pause());
});

it('said no error on the console', () => {
  expect(visit.browser.errors).toEqual([]);
});
