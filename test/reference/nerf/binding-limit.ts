// A device that takes no buffer larger than so many bytes, as adapters with less than WebGPU's defaults would: it says so
// in its limits, and whatever asks for more throws, where a real one would end the frame or the process.

/** @returns takes the limit off again */
export function limitBindings(device: GPUDevice, bytes: number): () => void {
  const { limits, createBuffer } = device;
  // Dawn's node binding has it on the object, browsers on its class.
  const own = Object.getOwnPropertyDescriptor(device, 'limits');
  const less = new Proxy(limits, {
    get: (of, name) =>
      name === 'maxBufferSize' || name === 'maxStorageBufferBindingSize' ? bytes : Reflect.get(of, name, of),
  });
  Object.defineProperty(device, 'limits', { value: less, configurable: true });
  device.createBuffer = (descriptor) => {
    if (descriptor.usage & GPUBufferUsage.STORAGE && descriptor.size > bytes)
      throw new Error(`${descriptor.label}: asked for ${descriptor.size} bytes where ${bytes} are the limit`);
    return createBuffer.call(device, descriptor);
  };
  return () => {
    if (own) Object.defineProperty(device, 'limits', own);
    else Reflect.deleteProperty(device, 'limits');
    device.createBuffer = createBuffer;
  };
}
