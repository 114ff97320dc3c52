// The library in the page, on a painted scene: styles side by side, as a person handles them.

import { expect, it } from 'vitest';
import type { TestSurface } from '../../src/viewer/test-surface.ts';
import type { Visit } from './page-driver.ts';
import { clickBaked, difference, dropFile, dropTwoColours, pictureOf, undo, VISIBLE } from './page-probes.ts';

type Impasto = TestSurface & { ready: Promise<void> };
declare const window: { impasto: Impasto } & typeof globalThis;

export function libraryCase({ page, shot, until }: Visit): void {
  it('keeps painted styles: switched, mixed, renamed, deleted, undone, exported and opened again', async () => {
    // A bake takes this adapter seconds and more, and each change would wait for one.
    await page().evaluate(clickBaked);
    await page().evaluate(() => window.impasto.atRest());
    const first = await pictureOf(page());
    await page().evaluate(dropTwoColours);
    await until('painted too', () => window.impasto.state.style.applied[0] === 'two colours');
    await until('idle', () => window.impasto.state.busy === 'idle', 200);
    await until('thumbnails', () => document.querySelectorAll('.painted-item img').length === 2);
    await page().evaluate(() => window.impasto.atRest());
    const second = await pictureOf(page());
    expect(difference(first, second)).toBeGreaterThan(VISIBLE);

    const shown = async () => {
      await page().evaluate(() => window.impasto.atRest());
      return await pictureOf(page());
    };
    const named = () => page().evaluate(() => window.impasto.state.library.styles.map(({ name }) => name));
    await page().evaluate(() => document.querySelector<HTMLElement>('.painted-item .show')!.click());
    await until('switched', () => window.impasto.state.style.applied.join() === 'stripes');
    expect(difference(first, await shown())).toBeLessThan(1);

    await page().evaluate(() => document.querySelectorAll<HTMLElement>('.painted-item .mix')[1].click());
    await until('mixed', () => document.querySelectorAll('.shares label').length === 2);
    const mixed = await shown();
    expect(difference(first, mixed)).toBeGreaterThan(0.3 * VISIBLE);
    await shot('4-mixed');
    await page().evaluate(() => {
      const slider = document.querySelectorAll<HTMLInputElement>('.shares input')[0];
      for (const value of ['0.6', '0.3', '0']) {
        slider.value = value;
        slider.dispatchEvent(new Event('input'));
      }
      slider.dispatchEvent(new Event('change'));
    });
    expect(difference(second, await shown())).toBeLessThan(1);
    // The whole drag is one change.
    await page().evaluate(undo);
    await until('undone', () => window.impasto.state.library.redo === 'weigh the mix');
    expect(difference(mixed, await shown())).toBeLessThan(1);
    await page().evaluate(undo);
    await until('one again', () => window.impasto.state.library.shown.length === 1);

    await page().evaluate(() => {
      const button = (label: string) => [...document.querySelectorAll('button')].find((b) => b.textContent === label)!;
      button('Rename').click();
      const field = document.querySelector<HTMLInputElement>('.rename')!;
      field.value = 'Broad stripes';
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    });
    await until('renamed', () => window.impasto.state.library.styles[0].name === 'Broad stripes');
    expect(await page().evaluate(() => window.impasto.state.style.applied)).toEqual(['Broad stripes']);

    const file = await page().evaluate(async () => {
      const { library } = window.impasto.session;
      const bytes = await library.export(library.styles[0].id);
      [...document.querySelectorAll('button')].find((b) => b.textContent === 'Delete')!.click();
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    });
    await until('deleted', () => window.impasto.state.library.styles.length === 1);
    expect(await page().evaluate(() => window.impasto.state.style.applied)).toEqual([]);
    await page().evaluate(undo);
    await until('restored', () => window.impasto.state.library.styles.length === 2);
    expect(await named()).toEqual(['Broad stripes', 'two colours']);
    expect(difference(first, await shown())).toBeLessThan(1);
    await page().evaluate(undo, true);
    await until('deleted again', () => window.impasto.state.library.styles.length === 1);
    await page().evaluate(dropFile, { name: 'broad.style.impasto', base64: file });
    await until('opened', () => window.impasto.state.library.styles.length === 2);
    expect(await named()).toEqual(['two colours', 'Broad stripes']);
    expect(difference(first, await shown())).toBeLessThan(1);
    await shot('4-library');
    await page().evaluate(clickBaked);
  });
}
