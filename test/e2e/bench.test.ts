// The benchmark's page, in Firefox on lavapipe: it starts at a click, says what it measures, and stops when told to. Its
// figures are the command's, which test/gpu holds.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { openFirefox } from './open-firefox.ts';
import { type OpenedBrowser, waitUntil } from './page-cases.ts';
import { type PageServer, servePage } from './page-server.ts';

let server: PageServer;
let browser: OpenedBrowser;
beforeAll(async () => {
  [server, browser] = await Promise.all([servePage(), openFirefox()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const until = (what: string, test: () => boolean) =>
  browser.page.evaluate(waitUntil, { what, test: `return (${test})()`, ms: 120_000 });

it('measures at a click, says how far it is, stops when told to, and starts again', async () => {
  const { page } = browser;
  const press = (name: string) =>
    page.evaluate((wanted: string) => document.querySelector<HTMLButtonElement>(`.controls ${wanted}`)!.click(), name);
  const disabled = () =>
    page.evaluate(() =>
      ['start', 'stop', 'save'].map(
        (name) => document.querySelector<HTMLButtonElement>(`.controls .${name}`)!.disabled,
      ),
    );
  await page.goto(`${server.address}bench.html`);
  await until('page', () => document.querySelector('.controls .start') !== null);
  expect(await disabled()).toEqual([false, true, true]);
  for (let round = 0; round < 2; round++) {
    await press('.start');
    expect(await disabled()).toEqual([true, false, true]);
    // Past the ceilings.
    await until('kernels', () => /^Measuring: (mlp|field)/.test(document.querySelector('.status')!.textContent!));
    await press('.stop');
    await until('stopped', () => document.querySelector('.status')!.textContent === 'Stopped.');
    expect(await disabled()).toEqual([false, true, true]);
  }
  expect(browser.errors).toEqual([]);
});
