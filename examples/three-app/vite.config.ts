// Top-level await, and files beside the package's code (its decoding worker) left where they are.
export default { base: './', build: { target: 'es2023' }, optimizeDeps: { exclude: ['impasto-3d'] } };
