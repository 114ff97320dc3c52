// The page in headless Chromium on its SwiftShader adapter, where WebGPU canvases are never presented: the page
// finds that out by itself and shows what it reads back.

import { chromium } from 'playwright-core';
import { expect, it } from 'vitest';
import { describePage, type PageDriver } from './page-cases.ts';
import { needs, servePage } from './page-server.ts';

const FLAGS = [
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-angle=vulkan',
  '--use-vulkan=native',
  '--disable-vulkan-surface',
  '--no-sandbox',
];

describePage('chromium', {
  presentation: 'read-back',
  scene: 'ball',
  query: 'preset=quick&steps=64&styleSteps=2&field=48',
  async open() {
    const executablePath = needs('Chromium', '/usr/bin/chromium');
    const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
    const page = await browser.newPage({ viewport: { width: 900, height: 600 } });
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(error.message));
    return {
      page: page as unknown as PageDriver,
      errors,
      close: () => browser.close(),
    };
  },
});

it('chromium: the page explains how to switch WebGPU on where it is missing', async () => {
  // Without the flags this Chromium has no adapter; without navigator.gpu it is an older browser.
  const browser = await chromium.launch({
    executablePath: needs('Chromium', '/usr/bin/chromium'),
    args: ['--no-sandbox'],
  });
  const server = await servePage();
  try {
    for (const hidden of [false, true]) {
      const page = await browser.newPage();
      if (hidden) await page.addInitScript(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
      await page.goto(server.address);
      await page.waitForSelector('.notice-page');
      const text = (await page.textContent('.notice-page')) ?? '';
      for (const words of ['Chrome', 'Firefox', 'Safari', 'about:config']) expect(text).toContain(words);
      expect(text).toContain(hidden ? 'navigator.gpu' : 'adapter');
      await page.close();
    }
  } finally {
    await browser.close();
    await server.close();
  }
});
