// The benchmark's page, in Firefox on lavapipe: it starts at a click, says what it measures, and stops when told to. Its
// figures are the command's, which test/gpu holds.

import { expect, it } from 'vitest';
import { firefoxVisit } from './firefox-visit.ts';

const visit = firefoxVisit();
const { until } = visit;

it('measures at a click, says how far it is, stops when told to, and starts again', async () => {
  const { page } = visit.browser;
  const press = (name: string) =>
    page.evaluate((wanted: string) => document.querySelector<HTMLButtonElement>(`.controls ${wanted}`)!.click(), name);
  const disabled = () =>
    page.evaluate(() =>
      ['start', 'stop', 'save'].map(
        (name) => document.querySelector<HTMLButtonElement>(`.controls .${name}`)!.disabled,
      ),
    );
  await page.goto(`${visit.server.address}bench.html`);
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
  expect(visit.browser.errors).toEqual([]);
});
