// The command `impasto` for Node: one bundle (tfjs's ESM does not resolve unbundled), native packages left outside.
import { defineConfig } from 'vite';

export default defineConfig({
  publicDir: false,
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
