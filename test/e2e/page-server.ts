// The built page on http://127.0.0.1 (WebGPU is missing on other addresses), for the time of one test file.

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build, preview } from 'vite';

const ROOT = resolve(import.meta.dirname, '../..');

export interface PageServer {
  address: string;
  close(): Promise<void>;
}

export async function servePage(): Promise<PageServer> {
  const outDir = await mkdtemp(join(tmpdir(), 'impasto-page-'));
  await build({ root: ROOT, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  const server = await serveFolder(outDir);
  return {
    address: server.address,
    async close() {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}

/** A folder as it is. */
export async function serveFolder(outDir: string): Promise<PageServer> {
  const server = await preview({
    root: ROOT,
    logLevel: 'error',
    build: { outDir },
    preview: { host: '127.0.0.1', port: 0, strictPort: false },
  });
  const address = server.resolvedUrls?.local[0];
  if (!address) throw new Error('the page server: expected an address on 127.0.0.1, found none');
  return { address, close: () => server.close() };
}

/** @throws when the program is missing, in one line that says what installs it */
export function needs(program: string, path: string): string {
  if (!existsSync(path)) throw new Error(`${program}: expected at ${path}, found none; tools/setup.sh installs it`);
  return path;
}
