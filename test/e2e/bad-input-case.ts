// Bad input in the page: refused in a sentence, and everything stays.

import { zipSync } from 'fflate';
import { expect, it } from 'vitest';
import type { TestSurface } from '../../src/viewer/test-surface.ts';
import type { Visit } from './page-driver.ts';
import { difference, dropFile, pictureOf, waitUntil } from './page-probes.ts';

type Impasto = TestSurface & { ready: Promise<void> };
declare const window: { impasto: Impasto } & typeof globalThis;

export function badInputCase({ page, shot }: Visit): void {
  it('refuses bad input in a sentence and keeps everything', async () => {
    const kept = () =>
      page().evaluate(() => {
        const { scene, training, style } = window.impasto.state;
        return { scene: scene?.name, step: training.step, applied: [...style.applied], chosen: style.chosen?.name };
      });
    const before = await kept();
    // Refined and baked: what comes of its own accord must not count as a change.
    await page().evaluate(() => window.impasto.atRest());
    const view = await pictureOf(page());
    const text = new TextEncoder().encode('this is not a picture');
    const hostile = zipSync({ '../transforms.json': text, 'transforms.json': text });
    const checkpoint = Uint8Array.from([...new TextEncoder().encode('IMPASTO'), 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const [file, bytes] of [
      ['broken.png', text],
      ['hostile.zip', hostile],
      ['broken.impasto', checkpoint],
    ] as const) {
      const count = await page().evaluate(() => window.impasto.notices.length);
      await page().evaluate(dropFile, { name: file, base64: Buffer.from(bytes).toString('base64') });
      await waitUntil(page(), {
        what: `a notice about ${file}`,
        test: `return window.impasto.notices.length > ${count}`,
        ms: 20_000,
      });
      const notice = (await page().evaluate(() => window.impasto.notices)).at(-1);
      expect(notice?.level, file).toBe('error');
      expect(notice?.text, file).not.toMatch(/went wrong/);
      expect(notice?.text, file).not.toMatch(/\n/);
      expect(await kept(), file).toEqual(before);
    }
    await shot('6-notices');
    await page().evaluate(() => window.impasto.atRest());
    expect(difference(view, await pictureOf(page()))).toBeLessThan(0.5);
  });
}
