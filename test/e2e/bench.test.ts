// The benchmark's page, in Firefox on lavapipe: it starts at a click, says what it measures, and stops when told to. Its
// figures are the command's, which test/gpu holds. Its policy is both pages', held here as the browser does.

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

it('runs nothing that did not come with the page, calls nobody, and says whose work it is made with', async () => {
  const { page } = visit.browser;
  const refused = await page.evaluate(async () => {
    const directives: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => directives.push(event.effectiveDirective));
    const script = document.createElement('script');
    script.textContent = 'document.title = "run"';
    document.body.append(script);
    const picture = new Image();
    picture.src = 'http://192.0.2.1/pixel.png';
    const fetched = await fetch('http://192.0.2.1/').then(
      () => 'answered',
      () => 'refused',
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    return { directives: directives.sort(), fetched, title: document.title };
  });
  expect(refused).toEqual({
    directives: ['connect-src', 'img-src', 'script-src-elem'],
    fetched: 'refused',
    title: 'Impasto: benchmark',
  });
  const notices = await page.evaluate(async () => await (await fetch('THIRD-PARTY-NOTICES.txt')).text());
  for (const name of ['three', 'mediabunny', 'zod', 'fflate', 'idb-keyval', '@tensorflow/tfjs-core'])
    expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'));
});
