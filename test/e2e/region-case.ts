// Regions in the page, on a painted scene: a thing is picked with the mouse and pointed out in the view, gets a style of
// its own while the rest stays plain, is brushed away in part, and all of it is undone.

import { expect, it } from 'vitest';
import type { TestSurface } from '../../src/viewer/test-surface.ts';
import type { Visit } from './page-driver.ts';
import { centreOf, difference, pictureOf, pressKey, undo, VISIBLE } from './page-probes.ts';

declare const window: { impasto: TestSurface & { ready: Promise<void> } } & typeof globalThis;

export function regionCase({ page, shot, until }: Visit): void {
  it('picks a region in the view and shows a style there alone', async () => {
    const shown = async () => {
      await page().evaluate(() => window.impasto.atRest!());
      return await pictureOf(page());
    };
    const choose = (option: string) =>
      page().evaluate((wanted: string) => {
        const select = [...document.querySelectorAll('select')].find((one) =>
          one.textContent?.includes('as the rest'),
        )!;
        select.selectedIndex = [...select.options].findIndex(({ text }) => text === wanted);
        select.dispatchEvent(new Event('change', { bubbles: true }));
      }, option);
    const point = (on: boolean) =>
      page().evaluate((wanted: boolean) => {
        const rows = [...document.querySelectorAll<HTMLElement>('.lil-controller')];
        const box = rows.find((row) => row.textContent === 'point out')!.querySelector('input')!;
        if (box.checked !== wanted) box.click();
      }, on);
    const painted = await page().evaluate(async () => {
      await window.impasto.commands!.clearStyle();
      return window.impasto.state!.library.styles.at(-1)!.name;
    });
    const plain = await shown();

    await page().evaluate(pressKey, 'r');
    await until('crosshair', () => getComputedStyle(document.querySelector('.viewport')!).cursor === 'crosshair', 20);
    const before = await page().evaluate(() => window.impasto.standpoint!());
    const { x, y } = await page().evaluate(centreOf, '.viewport');
    await page().mouse.move(x, y);
    await page().mouse.down();
    await page().mouse.up();
    await until(
      'picked',
      () => window.impasto.state!.regions.list.length === 1 && !window.impasto.state!.regions.working,
    );
    expect(await page().evaluate(() => window.impasto.state!.regions.list[0].cells)).toBeGreaterThan(20);
    // It was no turn of the view.
    expect(await page().evaluate(() => window.impasto.standpoint!())).toEqual(before);
    const pointedOut = await shown();
    expect(difference(plain, pointedOut)).toBeGreaterThan(0.1);
    await shot('5-region');
    await point(false);
    expect(difference(plain, await shown())).toBe(0);

    await choose(painted);
    await until('restyled', () => window.impasto.state!.regions.list[0].look !== null);
    const mixed = await shown();
    expect(difference(plain, mixed)).toBeGreaterThan(0.05);
    await shot('5-region-styled');
    await choose('none');
    await until('plain again', () => window.impasto.state!.regions.list[0].look!.styles.length === 0);
    // A style for all the rest, none here.
    await page().evaluate(() => document.querySelector<HTMLElement>('.painted-item .show')!.click());
    await until('rest painted', () => window.impasto.state!.library.shown.length === 1);
    expect(difference(mixed, await shown())).toBeGreaterThan(0.3 * VISIBLE);

    // What was picked may fill the view: so the brush is tried by what it takes away.
    await page().evaluate(() => {
      [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Erase')!.click();
    });
    const cells = await page().evaluate(() => window.impasto.state!.regions.list[0].cells);
    await page().mouse.move(x, y);
    await page().mouse.down();
    await page().mouse.move(x - 60, y + 15, { steps: 6 });
    await page().mouse.up();
    await until('brushed', () => window.impasto.state!.library.undo?.startsWith('erase') === true);
    expect(await page().evaluate(() => window.impasto.state!.regions.list[0].cells)).toBeLessThan(cells);
    await shot('5-region-brushed');

    for (const what of ['erase', 'show', 'none', 'style', 'pick']) {
      await page().evaluate(undo);
      await until(`undone: ${what}`, () => !window.impasto.state!.progress);
    }
    await until('none left', () => window.impasto.state!.regions.list.length === 0);
    await page().evaluate(pressKey, 'Escape');
    expect(await page().evaluate(() => window.impasto.state!.regions.tool)).toBe('turn');
    await point(true);
    expect(difference(plain, await shown())).toBeLessThan(0.5);
  });
}
