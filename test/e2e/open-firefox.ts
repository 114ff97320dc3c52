// Headless Firefox on lavapipe, with WebGPU switched on and everything that goes wrong in the page written down.

import { tmpdir } from 'node:os';
import puppeteer from 'puppeteer-core';
import type { OpenedBrowser, PageDriver } from './page-driver.ts';
import { needs } from './page-server.ts';

const LAVAPIPE = '/usr/share/vulkan/icd.d/lvp_icd.json';

export async function openFirefox(): Promise<OpenedBrowser> {
  const executablePath = needs('Firefox', '/usr/bin/firefox-esr');
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    // A busy machine takes its time.
    timeout: 150_000,
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
}
