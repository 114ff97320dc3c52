// The page in headless Chromium on its SwiftShader adapter, where WebGPU canvases are never presented: the page
// finds that out by itself and shows what it reads back.

import { chromium } from 'playwright-core';
import { describePage, type PageDriver } from './page-cases.ts';
import { needs } from './page-server.ts';

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
  query: 'preset=quick&maxTrain=12&maxTest=1&downscale=6&steps=48&styleSteps=4&field=64',
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
      async textWithoutWebGpu(address) {
        const bare = await browser.newPage();
        await bare.addInitScript(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
        await bare.goto(address);
        await bare.waitForSelector('.notice-page');
        return (await bare.textContent('.notice-page')) ?? '';
      },
      close: () => browser.close(),
    };
  },
});
