// The page in headless Firefox on lavapipe, where WebGPU canvases are truly presented: the screenshots in
// out/screenshots are what a person would see.

import { expect, it } from 'vitest';
import { openFirefox } from './open-firefox.ts';
import { describePage } from './page-cases.ts';
import type { Visit } from './page-driver.ts';
import { centreOf } from './page-probes.ts';

describePage('firefox', {
  presentation: 'canvas',
  scene: 'bundled',
  query: 'shipped=0&preset=quick&maxTrain=20&maxTest=1&downscale=4&steps=112&styleSteps=3&field=96',
  open: openFirefox,
  more: resolution,
});

/** Below it a picture is mush; as in the viewport. Pixels of the long side. */
const FLOOR = 96;

function resolution({ page }: Visit): void {
  it('draws a moving view at the floor where the frame rate asks for less, and refines it when still', async () => {
    await page().evaluate(async () => {
      const rate = [...document.querySelectorAll('select')].find((select) =>
        select.textContent?.includes('60 a second'),
      )!;
      rate.value = [...rate.options].find(({ text }) => text === '60 a second')!.value;
      rate.dispatchEvent(new Event('change', { bubbles: true }));
      // A bake is so fast that even this adapter stays above the floor with it.
      const rows = [...document.querySelectorAll<HTMLElement>('.lil-controller')];
      rows
        .find((row) => row.textContent?.includes('paintings baked'))!
        .querySelector('input')!
        .click();
      window.impasto.freeSize!();
      await window.impasto.atRest!();
      const record = window as unknown as { sizes: number[] };
      record.sizes = [];
      let last = window.impasto.state!.view;
      setInterval(() => {
        const { view } = window.impasto.state!;
        if (view !== last) record.sizes.push(Math.max(view.fieldWidth, view.fieldHeight));
        last = view;
      }, 5);
    });
    expect(await page().evaluate(() => window.impasto.state!.view.budgetMs)).toBe(16);
    const { x, y } = await page().evaluate(centreOf, '.viewport');
    await page().mouse.move(x, y);
    await page().mouse.down();
    for (const to of [60, -60, 60]) await page().mouse.move(x + to, y, { steps: 20 });
    await page().mouse.up();
    await page().evaluate(() => window.impasto.atRest!());
    const sizes = await page().evaluate(() => (window as unknown as { sizes: number[] }).sizes);
    expect(Math.min(...sizes)).toBe(FLOOR);
    // How far depends on the adapter: a still frame may take most of a second.
    expect(sizes.at(-1)!).toBeGreaterThan(FLOOR);
  });
}
