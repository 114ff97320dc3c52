// Counts the bytes of the buffers that live on a device while something runs: what it needed at most, to the byte.

/** @returns the work's result, and the most bytes that buffers made by it had at one time */
export async function peakBytes<T>(device: GPUDevice, work: () => Promise<T>): Promise<{ result: T; bytes: number }> {
  const createBuffer = device.createBuffer;
  let [now, most] = [0, 0];
  // An own property that hides the prototype's method, and is taken away again.
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer.call(device, descriptor);
    const destroy = buffer.destroy;
    let { size } = descriptor;
    now += size;
    most = Math.max(most, now);
    buffer.destroy = () => {
      now -= size;
      size = 0;
      destroy.call(buffer);
    };
    return buffer;
  };
  try {
    return { result: await work(), bytes: most };
  } finally {
    device.createBuffer = createBuffer;
  }
}
