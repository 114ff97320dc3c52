// The page. The command line is built by vite.cli.config.ts.
import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { thirdPartyNotices } from './tools/third-party-notices.ts';

const notices = thirdPartyNotices();

export default defineConfig({
  base: './',
  publicDir: 'assets',
  plugins: [notices.build],
  worker: { plugins: () => [notices.worker()] },
  server: { host: '127.0.0.1', port: 5173 },
  preview: { host: '127.0.0.1', port: 4173 },
  build: {
    target: 'es2023',
    outDir: 'dist/page',
    chunkSizeWarningLimit: 3000,
    // As files of their own: a strict content security policy takes no data: addresses.
    assetsInlineLimit: 0,
    rollupOptions: {
      input: {
        index: resolve(import.meta.dirname, 'index.html'),
        bench: resolve(import.meta.dirname, 'bench.html'),
        sw: resolve(import.meta.dirname, 'src/viewer/offline/service-worker.ts'),
      },
      // A worker looks after the folder that it lies in.
      output: { entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
});
