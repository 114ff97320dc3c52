// Uniforms of one submit, side by side in few buffers: 256 bytes a dispatch, as offsets of bindings are aligned, and as
// many dispatches as there are. Blocks are lent to one recorder at a time and go back when it has submitted: a write to
// a buffer is ordered after the submits before it, so that what they read is not overwritten.

/** Bytes that offsets of uniform bindings are multiples of, on every adapter. */
const SLOT = 256;
const SLOTS_PER_BLOCK = 256;

interface Block {
  buffer: GPUBuffer;
  /** What is to be in the buffer. */
  bytes: Uint8Array<ArrayBuffer>;
  used: number;
}

const free = new WeakMap<GPUDevice, Block[]>();

/** Where a dispatch finds its uniforms. */
export interface UniformPlace {
  buffer: GPUBuffer;
  offset: number;
}

export class UniformArena {
  private readonly blocks: Block[] = [];

  constructor(private readonly device: GPUDevice) {}

  /** Keeps the bytes for the next flush. @returns where they will be */
  add(values: ArrayBuffer): UniformPlace {
    const size = Math.ceil(values.byteLength / SLOT) * SLOT;
    let block = this.blocks.at(-1);
    if (!block || block.used + size > block.bytes.length) this.blocks.push((block = this.take(size)));
    const offset = block.used;
    block.bytes.set(new Uint8Array(values), offset);
    block.used += size;
    return { buffer: block.buffer, offset };
  }

  /** Writes what was added, before the submit that reads it. */
  write(): void {
    for (const { buffer, bytes, used } of this.blocks) this.device.queue.writeBuffer(buffer, 0, bytes, 0, used);
  }

  /** After that submit: the blocks may serve the next one. */
  release(): void {
    const blocks = free.get(this.device) ?? [];
    free.set(this.device, blocks);
    for (const block of this.blocks.reverse()) {
      block.used = 0;
      blocks.push(block);
    }
    this.blocks.length = 0;
  }

  /** For good, of an arena whose uniforms stay: that of a plan. */
  destroy(): void {
    for (const { buffer } of this.blocks) buffer.destroy();
    this.blocks.length = 0;
  }

  private take(size: number): Block {
    const known = free.get(this.device)?.pop();
    if (known && known.bytes.length >= size) return known;
    const bytes = new Uint8Array(Math.max(size, SLOT * SLOTS_PER_BLOCK));
    const buffer = this.device.createBuffer({
      label: 'UniformArena.block',
      size: bytes.length,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    return { buffer, bytes, used: 0 };
  }
}
