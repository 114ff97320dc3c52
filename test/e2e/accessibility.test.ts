// The page for those who do not see it or have no mouse: axe finds nothing of any level in its states, light and dark, wide
// and as a phone; Tab reaches everything that is there, and what has the focus shows it. In Chromium, which changes
// themes and sizes while it runs.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestSurface } from '../../src/viewer/test-surface.ts';
import { type Opened, openChromium } from './open-chromium.ts';
import { dropFile, pressKey, waitUntil } from './page-probes.ts';
import { type PageServer, servePage } from './page-server.ts';

/** What is read of axe's answer. */
interface AxeResults {
  violations: { id: string; nodes: { html: string; any: { message: string }[] }[] }[];
}

declare const window: {
  impasto: TestSurface & { ready: Promise<void> };
  axe: { run(): Promise<AxeResults> };
} & typeof globalThis;

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDE = { width: 1280, height: 720 };
const PHONE = { width: 390, height: 844 };

let server: PageServer;
let visit: Opened;

beforeAll(async () => {
  [server, visit] = await Promise.all([servePage(), openChromium()]);
  await visit.page.setViewportSize(WIDE);
  await visit.page.goto(`${server.address}?field=48`);
  await visit.page.evaluate(() => window.impasto.ready);
  await until('painting', 'state.style.applied.length > 0');
  await visit.page.evaluate(AXE);
});
afterAll(async () => {
  await visit?.close();
  await server?.close();
});

const until = (what: string, test: string) =>
  waitUntil(visit.page, { what, test: `const { state } = window.impasto; return ${test}`, ms: 60_000 });

/** Everything that axe says is wrong, a line each, in both themes. */
async function violations(): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['dark', 'light'] as const) {
    await visit.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const told = await visit.page.evaluate(async () => {
      const { violations } = await window.axe.run();
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, any }) => `${id}: ${html.slice(0, 120)} ${any[0]?.message ?? ''}`),
      );
    });
    found.push(...told.map((line) => `${colorScheme} ${line}`));
  }
  return found;
}

const press = (key: string) => visit.page.evaluate(pressKey, key);

/** How the page is brought into a state, and out of it again. */
const STATES: [what: string, enter: () => Promise<unknown>, leave?: () => Promise<unknown>][] = [
  ['the welcome beside the first painting', async () => undefined],
  ['the picture alone', () => visit.page.click('.welcome .close')],
  ['the keys', () => press('?'), () => press('Escape')],
  [
    'a question',
    () =>
      visit.page.evaluate(() => {
        void window.impasto.commands.deleteWork({ id: 'none', scene: 'Boat' } as never);
      }),
    () => visit.page.keyboard.press('Escape'),
  ],
  ['the wipe', () => press('c'), () => press('c')],
  [
    'a camera looked through',
    async () => {
      await press('ArrowRight');
      await until('there', 'state.cameraView.index !== null');
    },
  ],
  [
    'notices',
    async () => {
      const base64 = Buffer.from('none').toString('base64');
      await visit.page.evaluate(dropFile, { name: 'broken.png', base64 });
      await until('refused', 'window.impasto.notices.some(({ level }) => level === "error")');
    },
  ],
  [
    'two styles mixed',
    async () => {
      await visit.page.evaluate(() => {
        document.querySelectorAll<HTMLElement>('.frame[data-state=ready]:not(.chosen) .show')[1].click();
      });
      await until('another', 'state.library.styles.length === 2');
      await visit.page.evaluate(() => document.querySelector<HTMLElement>('.painted-item:not(.chosen) .mix')!.click());
      await until('mixed', 'state.library.shown.length === 2');
    },
  ],
  [
    'all panels open',
    () =>
      visit.page.evaluate(() => {
        for (const title of document.querySelectorAll<HTMLElement>('.lil-closed > .lil-title')) title.click();
      }),
  ],
  ['a phone', () => visit.page.setViewportSize(PHONE)],
  ['the sheet of a phone', () => visit.page.click('.status [aria-controls=panels]')],
];

it.each(STATES)('axe finds nothing wrong: %s', async (_, enter, leave) => {
  await enter();
  expect(await violations()).toEqual([]);
  await leave?.();
});

it('gives a finger 44 pixels', async () => {
  const small = await visit.page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, select, input, [role=button], [role=slider]')].flatMap(
      (one) => {
        if (!one.checkVisibility()) return [];
        // What is clicked may be larger than what is seen: a label, or an area beyond the edge.
        const after = getComputedStyle(one, '::after');
        const beyond =
          after.position === 'absolute' && after.content === '""' ? -2 * (Number.parseFloat(after.top) || 0) : 0;
        const area = one.closest('label, .lil-controller') ?? one;
        const { width, height } = area.getBoundingClientRect();
        const least = Math.min(width, height) + Math.max(0, beyond);
        return least < 44 ? [`${one.outerHTML.slice(0, 80)}: ${least}`] : [];
      },
    ),
  );
  expect(small).toEqual([]);
});

it('is gone through by Tab, and what has the focus shows it', async () => {
  await visit.page.setViewportSize(WIDE);
  await visit.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const seen: string[] = [];
  let ends = 0;
  // From wherever it was: once round the end of the page.
  for (let i = 0; i < 240 && ends < 2; i++) {
    await visit.page.keyboard.press('Tab');
    const now = await visit.page.evaluate(() => {
      const { activeElement: one } = document;
      if (!one || one === document.body) return null;
      // lil-gui lays its list's words over the list itself.
      const shows = [one, one.nextElementSibling].some((each) => {
        const style = each && getComputedStyle(each);
        return style?.outlineStyle !== 'none' && Number.parseFloat(style?.outlineWidth ?? '0') >= 2;
      });
      const inView = one.getBoundingClientRect().width > 0;
      return { what: one.outerHTML.slice(0, 100), shows: shows && inView };
    });
    if (!now) {
      ends++;
      seen.length = ends === 1 ? 0 : seen.length;
      continue;
    }
    if (!now.shows) throw new Error(`no focus is seen on ${now.what}`);
    seen.push(now.what);
  }
  const reached = (what: RegExp) => seen.some((one) => what.test(one));
  for (const what of [/canvas/, /Open folder/, /aria-controls="panels"/, />Keys</, /class="show"/]) {
    expect(reached(what), String(what)).toBe(true);
  }
  // Along the filmstrip go the arrows: it is one stop, and one more for what can be done with its frame.
  expect(seen.filter((one) => /class="show"/.test(one))).toHaveLength(1);
});

it('goes along the filmstrip by arrows and shows a style by the space bar', async () => {
  const { page } = visit;
  await page.focus('.frame .show[tabindex="0"]');
  await page.keyboard.press('Home');
  const focused = () => page.evaluate(() => document.activeElement!.getAttribute('aria-label'));
  expect(await focused()).toMatch(/^Original/);
  await page.keyboard.press(' ');
  await until('plain', 'state.library.shown.length === 0');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await until('painted', 'state.library.shown.length === 1');
  expect(await focused()).toMatch(/, shown$/);
});

it('said no error but of the file that was none', () => {
  expect(visit.errors).toEqual([]);
});
