// A typed, shaped view of one GPU buffer: row-major, last axis fastest. Knows nothing of what is in it.

import { inputError } from '../errors.ts';

export type DType = 'f32' | 'u32' | 'i32';
export type TensorArray = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

const ARRAY = { f32: Float32Array, u32: Uint32Array, i32: Int32Array } as const;

/** A GPU buffer with a shape. Unit of size: elements of 4 bytes. */
export class Tensor {
  readonly size: number;

  private constructor(
    readonly device: GPUDevice,
    readonly label: string,
    readonly shape: readonly number[],
    readonly dtype: DType,
    readonly buffer: GPUBuffer,
  ) {
    this.size = shape.reduce((a, b) => a * b, 1);
  }

  /** What a tensor of so many elements takes: 4 bytes each, 16 at least. */
  static bytes(size: number): number {
    return Math.max(16, 4 * size);
  }

  /** The largest that the device takes: kernels bind whole buffers, so that both limits hold for each. */
  static mostBytes({ limits }: GPUDevice): number {
    return Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  }

  /** Runs `make` to its end; where it throws, every tensor that it had made by then is freed. */
  static allOrNone<T>(make: () => T): T {
    const outer = Tensor.made;
    const own: Tensor[] = [];
    Tensor.made = own;
    try {
      const result = make();
      outer?.push(...own);
      return result;
    } catch (cause) {
      for (const tensor of own) tensor.destroy();
      throw cause;
    } finally {
      Tensor.made = outer;
    }
  }

  /** Those of the innermost `allOrNone` under way. */
  private static made: Tensor[] | null = null;

  /** Allocates zeros. `extraUsage` is added to STORAGE | COPY_SRC | COPY_DST. An empty shape axis still gets 16 bytes. */
  static zeros(
    device: GPUDevice,
    label: string,
    shape: readonly number[],
    dtype: DType = 'f32',
    extraUsage = 0,
  ): Tensor {
    for (const n of shape) {
      if (!Number.isInteger(n) || n < 0)
        throw new Error(`${label}: expected a shape of whole numbers, found [${shape}]`);
    }
    const bytes = Tensor.bytes(shape.reduce((a, b) => a * b, 1));
    const most = Tensor.mostBytes(device);
    if (bytes > most) throw inputError(label, null, `at most ${most} bytes on this adapter`, `${bytes}`);
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST | extraUsage;
    const tensor = new Tensor(device, label, [...shape], dtype, device.createBuffer({ label, size: bytes, usage }));
    Tensor.made?.push(tensor);
    return tensor;
  }

  static from(device: GPUDevice, label: string, shape: readonly number[], data: TensorArray): Tensor {
    const dtype = data instanceof Float32Array ? 'f32' : data instanceof Uint32Array ? 'u32' : 'i32';
    const tensor = Tensor.zeros(device, label, shape, dtype);
    tensor.write(data);
    return tensor;
  }

  write(data: TensorArray, elementOffset = 0): void {
    if (elementOffset + data.length > this.size) {
      throw new Error(`${this.label}: expected at most ${this.size - elementOffset} elements, found ${data.length}`);
    }
    this.device.queue.writeBuffer(this.buffer, elementOffset * 4, data);
  }

  /** Reads [offset, offset+count) back; waits for all work submitted so far. Not for inner loops. */
  async read(count = this.size, offset = 0): Promise<TensorArray> {
    const staging = this.device.createBuffer({
      label: `${this.label}.readback`,
      size: Math.max(4, count * 4),
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    try {
      const encoder = this.device.createCommandEncoder({ label: `${this.label}.read` });
      if (count > 0) encoder.copyBufferToBuffer(this.buffer, offset * 4, staging, 0, count * 4);
      this.device.queue.submit([encoder.finish()]);
      await staging.mapAsync(GPUMapMode.READ);
      return new ARRAY[this.dtype](staging.getMappedRange(0, count * 4).slice(0));
    } finally {
      staging.destroy();
    }
  }

  async readF32(): Promise<Float32Array<ArrayBuffer>> {
    if (this.dtype !== 'f32') throw new Error(`${this.label}: expected f32, found ${this.dtype}`);
    return (await this.read()) as Float32Array<ArrayBuffer>;
  }

  destroy(): void {
    this.buffer.destroy();
  }
}

/**
 * Checks shapes with named dimensions at launch: the same name must have the same size everywhere.
 * @example expectShapes({ rgb: [rgb, ['S', 3]], sample_t: [sampleT, ['S', 2]] }) // returns { S: 4096 }
 */
export function expectShapes(wanted: Record<string, [Tensor, (string | number)[]]>): Record<string, number> {
  const dims: Record<string, number> = {};
  for (const [name, [tensor, shape]] of Object.entries(wanted)) {
    const ok =
      tensor.shape.length === shape.length &&
      shape.every((want, axis) => {
        const have = tensor.shape[axis];
        if (typeof want === 'number') return want === have;
        dims[want] ??= have;
        return dims[want] === have;
      });
    if (!ok) {
      const text = shape
        .map((d) => (typeof d === 'string' && dims[d] !== undefined ? `${d}=${dims[d]}` : d))
        .join(', ');
      throw new Error(`${name}: expected [${text}], found [${tensor.shape.join(', ')}]`);
    }
  }
  return dims;
}
