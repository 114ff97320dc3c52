// GPU time per named span by timestamp queries, where the adapter has them; says nothing where it has not.

import type { Gpu } from './device.ts';

const MAX_SPANS = 512;

/** Collects spans of one or more submits, then `collect()` returns milliseconds per name. */
export class Profiler {
  private readonly querySet: GPUQuerySet | null;
  private names: string[] = [];

  constructor(
    private readonly gpu: Gpu,
    /** How often a kernel of that name is run in its span, which what a span costs by itself is shared between. */
    readonly repeats: (name: string) => number = () => 1,
  ) {
    this.querySet = gpu.has('timestamp-query')
      ? gpu.device.createQuerySet({ label: 'Profiler.queries', type: 'timestamp', count: MAX_SPANS * 2 })
      : null;
  }

  /** Timestamp writes for one pass, or undefined where there are none to be had. */
  span(name: string): GPUComputePassTimestampWrites | undefined {
    if (!this.querySet || this.names.length >= MAX_SPANS) return undefined;
    const index = this.names.push(name) - 1;
    return { querySet: this.querySet, beginningOfPassWriteIndex: 2 * index, endOfPassWriteIndex: 2 * index + 1 };
  }

  /** Sums of milliseconds by name since the last call, with how often each ran. Empty without timestamps. */
  async collect(): Promise<Map<string, { ms: number; count: number }>> {
    const result = new Map<string, { ms: number; count: number }>();
    if (!this.querySet || this.names.length === 0) return result;
    const { device } = this.gpu;
    const bytes = this.names.length * 16;
    const resolved = device.createBuffer({
      size: bytes,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
    const staging = device.createBuffer({ size: bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const encoder = device.createCommandEncoder();
    encoder.resolveQuerySet(this.querySet, 0, this.names.length * 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, bytes);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const ticks = new BigUint64Array(staging.getMappedRange());
    this.names.forEach((name, i) => {
      const entry = result.get(name) ?? { ms: 0, count: 0 };
      entry.ms += Number(ticks[2 * i + 1] - ticks[2 * i]) / 1e6 / this.repeats(name);
      entry.count += 1;
      result.set(name, entry);
    });
    staging.destroy();
    resolved.destroy();
    this.names = [];
    return result;
  }

  destroy(): void {
    this.querySet?.destroy();
  }
}
