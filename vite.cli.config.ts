// The command `impasto` for Node: one bundle (tfjs's ESM does not resolve unbundled), native packages left outside.
import { defineConfig } from 'vite';
import { thirdPartyNotices } from './tools/third-party-notices.ts';

const notices = thirdPartyNotices();

export default defineConfig({
  publicDir: false,
  plugins: [notices.build],
  worker: { plugins: () => [notices.worker()] },
  ssr: { noExternal: true, external: ['webgpu', 'sharp', '@napi-rs/webcodecs'] },
  build: {
    ssr: 'src/cli/main.ts',
    target: 'node20',
    outDir: 'dist/cli',
    emptyOutDir: true,
    minify: false,
    rollupOptions: { output: { entryFileNames: 'impasto.mjs' } },
  },
});
