// The built page served, and a Firefox of its own, for the time of one test file.

import { afterAll, beforeAll } from 'vitest';
import { openFirefox } from './open-firefox.ts';
import type { OpenedBrowser } from './page-driver.ts';
import { waitUntil } from './page-probes.ts';
import { type PageServer, servePage } from './page-server.ts';

/** Both are there from the first case on. */
export function firefoxVisit() {
  const visit = {
    until: (what: string, test: () => boolean) =>
      waitUntil(visit.browser.page, { what, test: `return (${test})()`, ms: 120_000 }),
  } as { server: PageServer; browser: OpenedBrowser; until(what: string, test: () => boolean): Promise<unknown> };
  beforeAll(async () => {
    [visit.server, visit.browser] = await Promise.all([servePage(), openFirefox()]);
  });
  afterAll(async () => {
    await visit.browser?.close();
    await visit.server?.close();
  });
  return visit;
}
