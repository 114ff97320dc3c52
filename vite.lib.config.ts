// The library for who imports the package: one module an entry (index, three, node), what they share in chunks beside
// them, packages left outside. Types are written by tsc (tsconfig.lib.json).

import { resolve } from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { thirdPartyNotices } from './tools/third-party-notices.ts';

const notices = thirdPartyNotices();

const source = (path: string) => resolve(import.meta.dirname, 'src', path);

/**
 * What is addressed by import.meta.url keeps an address that a host's own bundler reads, and that works unbundled: Vite
 * would put files into the code as text. Entries and chunks lie side by side in dist/lib.
 */
function addresses(): Plugin {
  const now: Record<string, string> = {
    "'./decode-worker.ts'": "'./decode-worker.js'",
    "'../../../assets/weights/small.json'": "'../../assets/weights/small.json'",
    "'../../../assets/weights/small.bin'": "'../../assets/weights/small.bin'",
  };
  const names = Object.keys(now);
  return {
    name: 'impasto:addresses',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/(browser-decoder|small-network)\.ts$/.test(id)) return null;
      return code.replace(/new URL\(('[^']+'), import\.meta\.url\)/g, (all, address: string) =>
        names.includes(address) ? `__IMPASTO_ADDRESS_${names.indexOf(address)}__` : all,
      );
    },
    renderChunk: (code) =>
      code.replace(/__IMPASTO_ADDRESS_(\d)__/g, (_, i) => `new URL(${now[names[Number(i)]]}, import.meta.url)`),
  };
}

export default defineConfig({
  publicDir: false,
  plugins: [addresses(), notices.build],
  worker: { plugins: () => [notices.worker()] },
  build: {
    target: 'es2023',
    outDir: 'dist/lib',
    emptyOutDir: true,
    minify: false,
    lib: {
      entry: {
        index: source('index.ts'),
        three: source('three/index.ts'),
        node: source('node/index.ts'),
        'decode-worker': source('scene/decode-worker.ts'),
      },
      formats: ['es'],
    },
    rollupOptions: {
      // All that is not a path: packages and Node's own modules. But webgpu-utils comes along: what it wants of
      // Float16Array has to be there before it runs (gpu/float16-stand-in.ts).
      external: /^(?![./]|[A-Za-z]:[\\/]|\0|webgpu-utils)/,
      output: { entryFileNames: '[name].js', chunkFileNames: 'shared-[hash].js' },
    },
  },
});
