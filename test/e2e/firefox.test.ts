// The page in headless Firefox on lavapipe, where WebGPU canvases are truly presented: the screenshots in
// out/screenshots are what a person would see.

import { tmpdir } from 'node:os';
import puppeteer from 'puppeteer-core';
import { describePage, type PageDriver } from './page-cases.ts';
import { needs } from './page-server.ts';

const LAVAPIPE = '/usr/share/vulkan/icd.d/lvp_icd.json';

describePage('firefox', {
  presentation: 'canvas',
  scene: 'bundled',
  query: 'preset=quick&maxTrain=20&maxTest=1&downscale=4&steps=64&styleSteps=3&field=96',
  async open() {
    const executablePath = needs('Firefox', '/usr/bin/firefox-esr');
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath,
      headless: true,
      // Long waits are awaited inside the page.
      protocolTimeout: 300_000,
      extraPrefsFirefox: { 'dom.webgpu.enabled': true, 'gfx.webgpu.ignore-blocklist': true },
      env: {
        ...process.env,
        VK_ICD_FILENAMES: needs('lavapipe', LAVAPIPE),
        XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? tmpdir(),
      },
    });
    const page = await browser.newPage();
    await page.setViewport({ width: 1280, height: 800 });
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    return { page: page as unknown as PageDriver, errors, close: () => browser.close() };
  },
});
