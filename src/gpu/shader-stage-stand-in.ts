// webgpu-utils names GPUShaderStage when it reads WGSL, which Node lacks until Dawn is opened, and browsers without
// WebGPU always do. The constants are the standard's, so that a struct's layout can be read anywhere.

if (!('GPUShaderStage' in globalThis)) {
  Object.defineProperty(globalThis, 'GPUShaderStage', {
    value: { VERTEX: 1, FRAGMENT: 2, COMPUTE: 4 },
    configurable: true,
    writable: true,
  });
}
