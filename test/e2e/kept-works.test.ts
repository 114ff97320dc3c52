// What a second visit finds, in Firefox on lavapipe: one's own work is still there after the page has opened with its
// own scene, beside what earlier versions and strangers left in the store; and the page starts where there is no store.

import { expect, it } from 'vitest';
import type { TestSurface } from '../../src/viewer/test-surface.ts';
import { ballZip } from './ball-scene.ts';
import { firefoxVisit } from './firefox-visit.ts';
import { dropFile } from './page-probes.ts';

declare const window: { impasto: TestSurface & { ready: Promise<void> } } & typeof globalThis;

/** More than the page waits before it keeps what is new. */
const LONG_ENOUGH_MS = 2500;

const visit = firefoxVisit();
const { until } = visit;

async function open(query: string): Promise<void> {
  const { page } = visit.browser;
  await page.goto(`${visit.server.address}?field=64&preset=quick&${query}`);
  await page.evaluate(() => window.impasto.ready);
}

const works = () => visit.browser.page.evaluate(() => window.impasto.state.works);

it('keeps a work of one’s own, with its picture', async () => {
  const { page } = visit.browser;
  await open('shipped=0&steps=8');
  await page.evaluate(dropFile, { name: 'ball.zip', base64: Buffer.from(ballZip()).toString('base64') });
  await until('kept', () => window.impasto.state.works[0]?.step === 8);
  expect(await works()).toMatchObject([{ scene: 'ball', step: 8 }]);
  expect((await works())[0].picture).toMatch(/^data:image/);
});

it('opens again with a scene of its own, and the work is still there and opens', async () => {
  const { page } = visit.browser;
  const [before] = await works();
  // What an earlier version kept, in a shape that this one does not know.
  await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open('keyval-store');
        request.onupgradeneeded = () => request.result.createObjectStore('keyval');
        request.onerror = reject;
        request.onsuccess = () => {
          const { transaction } = request.result.transaction('keyval', 'readwrite').objectStore('keyval');
          transaction.objectStore('keyval').put({ bytes: new Uint8Array(3), scene: 'x', step: 1 }, 'impasto.kept');
          transaction.oncomplete = resolve;
        };
      }),
  );
  await open('');
  await until('painting', () => window.impasto.state.style.applied.length > 0);
  await page.evaluate((ms: number) => new Promise((resolve) => setTimeout(resolve, ms)), LONG_ENOUGH_MS);
  expect(await works()).toEqual([before]);
  const notices = await page.evaluate(() => window.impasto.notices.map(({ text }) => text));
  expect(notices).toContainEqual(expect.stringContaining('of another version of this page'));
  expect(await page.evaluate(() => document.querySelector('.welcome .work')!.textContent)).toContain('Go on with ball');
  await page.evaluate(() => document.querySelector<HTMLElement>('.welcome .work')!.click());
  await until('opened', () => window.impasto.state.scene?.name === 'ball' && window.impasto.state.busy === 'idle');
  expect(await page.evaluate(() => window.impasto.state.training.step)).toBe(8);
  expect(await works()).toEqual([before]);
  // Its photographs are the person's own, and come back with a drop.
  await page.evaluate(dropFile, { name: 'ball.zip', base64: Buffer.from(ballZip()).toString('base64') });
  await until('photographs', () => (window.impasto.session.state.scene?.train[0].picture.width ?? 0) > 0);
  await until('idle', () => window.impasto.state.jobs.length === 0);
});

it('saves all of it as one project and opens that again, photographs too', async () => {
  const { page } = visit.browser;
  const before = [await works(), await page.evaluate(() => window.impasto.standpoint())];
  const saved = await page.evaluate(async () => {
    const made: Blob[] = [];
    const { createObjectURL } = URL;
    URL.createObjectURL = (blob: Blob) => {
      made.push(blob);
      return createObjectURL(blob);
    };
    await window.impasto.commands.saveProject();
    URL.createObjectURL = createObjectURL;
    const bytes = new Uint8Array(await made[0].arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
  await open('shipped=0');
  await page.evaluate(dropFile, { name: 'ball-project.zip', base64: saved });
  await until('opened', () => window.impasto.state.training.step === 8 && window.impasto.state.busy === 'idle');
  const { pictures, step } = await page.evaluate(() => ({
    pictures: window.impasto.session.state.scene!.train.map(({ picture }) => picture.width),
    step: window.impasto.session.state.trainedSteps,
  }));
  expect(step).toBe(8);
  expect(Math.min(...pictures)).toBeGreaterThan(0);
  expect([await works(), await page.evaluate(() => window.impasto.standpoint())]).toEqual(before);
});

it('starts where the browser’s store is denied, and says so', async () => {
  const { page } = visit.browser;
  const driver = page as unknown as { evaluateOnNewDocument(run: () => void): Promise<unknown> };
  await driver.evaluateOnNewDocument(() => {
    // Documents of the browser's own have no stores.
    if (!('StorageManager' in window)) return;
    const denied = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    Object.defineProperty(IDBFactory.prototype, 'open', { value: denied });
    Object.defineProperty(StorageManager.prototype, 'getDirectory', { value: async () => denied() });
    Object.defineProperty(window, 'sessionStorage', { get: denied });
  });
  await open('');
  await until('painting', () => window.impasto.state.style.applied.length > 0);
  const notices = await page.evaluate(() => window.impasto.notices.map(({ text }) => text));
  expect(notices.filter((text) => text.includes('keeps nothing for this page'))).toHaveLength(1);
  expect(visit.browser.errors).toEqual([]);
});
