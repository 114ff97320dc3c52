// A device that runs out of memory at a given size: buffers beyond it are still made, but the scope around them tells
// of the want, as an adapter without room does.

/**
 * @param onChange hears the bytes that are held, of buffers made from now on
 * @returns takes the limit off again
 */
export function limitMemory(device: GPUDevice, limit: number, onChange?: (bytes: number) => void): () => void {
  const { createBuffer, pushErrorScope, popErrorScope } = device;
  const sizes = new WeakMap<GPUBuffer, number>();
  const scopes: { filter: GPUErrorFilter; failed: boolean }[] = [];
  let taken = 0;
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer.call(device, descriptor);
    sizes.set(buffer, descriptor.size);
    taken += descriptor.size;
    onChange?.(taken);
    const scope = scopes.findLast(({ filter }) => filter === 'out-of-memory');
    if (taken > limit && scope) scope.failed = true;
    const { destroy } = buffer;
    buffer.destroy = () => {
      taken -= sizes.get(buffer) ?? 0;
      sizes.delete(buffer);
      onChange?.(taken);
      return destroy.call(buffer);
    };
    return buffer;
  };
  device.pushErrorScope = (filter) => {
    scopes.push({ filter, failed: false });
    return pushErrorScope.call(device, filter);
  };
  device.popErrorScope = async () => {
    const failed = scopes.pop()?.failed;
    const error = await popErrorScope.call(device);
    return failed ? ({ message: `no room beyond ${limit} bytes` } as GPUOutOfMemoryError) : error;
  };
  return () => Object.assign(device, { createBuffer, pushErrorScope, popErrorScope });
}
