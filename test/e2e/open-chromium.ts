// Headless Chromium on its SwiftShader adapter, with everything that goes wrong in the page written down.

import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';
import { needs } from './page-server.ts';

const FLAGS = [
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-angle=vulkan',
  '--use-vulkan=native',
  '--disable-vulkan-surface',
  '--no-sandbox',
];

export interface Opened {
  context: BrowserContext;
  page: Page;
  protocol: CDPSession;
  errors: string[];
  close(): Promise<void>;
}

export async function openChromium(): Promise<Opened> {
  const executablePath = needs('Chromium', '/usr/bin/chromium');
  const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
  const context = await browser.newContext({ viewport: { width: 900, height: 600 }, hasTouch: true });
  const page = await context.newPage();
  const protocol = await context.newCDPSession(page);
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  return { context, page, protocol, errors, close: () => browser.close() };
}
