// webgpu-utils names Float16Array when it is imported, which Node before 24 and older browsers lack. A stand-in of
// the same element size lets it load; our uniforms hold no f16, so none is ever written through it.

if (!('Float16Array' in globalThis)) {
  Object.defineProperty(globalThis, 'Float16Array', {
    value: class Float16Array extends Uint16Array<ArrayBuffer> {},
    configurable: true,
    writable: true,
  });
}
