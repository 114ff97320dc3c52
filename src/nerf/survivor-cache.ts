// Survivors of views whose geometry stands still, kept on the GPU: which samples are seen, and how much of each, does
// not change while colours are painted, so marching, density and compaction are done once a view, not twice a step.

import type { Gpu } from '../gpu/device.ts';
import type { Recorder } from '../gpu/recorder.ts';
import { Tensor } from '../gpu/tensor.ts';
import { COUNTERS } from './counters.ts';
import { makeIfRoom } from './memory.ts';
import type { SampleBuffers } from './sample-buffers.ts';

/** Where one kind of the survivors' data lies: so many runs (SoA components) of so many bytes a survivor. */
const PARTS = [
  { name: 'survivorPosition', runs: 3, bytes: 4 },
  { name: 'survivorSample', runs: 1, bytes: 16 },
  { name: 'survivorIndex', runs: 1, bytes: 8 },
] as const;
/** Bytes a survivor takes. */
const SURVIVOR_SIZE = PARTS.reduce((sum, { runs, bytes }) => sum + runs * bytes, 0);
const COUNTER_BYTES = 4 * COUNTERS;
const SPAN_BYTES = 8;

/** Survivors of one chunk of rays, packed one part after another. */
interface Kept {
  rays: number;
  survivors: number;
  data: Tensor;
}

interface Run {
  tensor: Tensor;
  /** Where it begins in that tensor, and in a packed one. Bytes. */
  byte: number;
  at: number;
  bytes: number;
}

export class SurvivorCache {
  private readonly kept = new Map<string, Kept>();
  private bytes = 0;
  private full = false;
  /** A chunk as it was drawn, until the number of its survivors is known. */
  private readonly staging: Tensor;

  /** @param budget bytes that may be kept; what comes after is computed again every time */
  constructor(
    private readonly gpu: Gpu,
    private readonly buffers: SampleBuffers,
    private readonly budget: number,
  ) {
    const bytes = COUNTER_BYTES + buffers.rayCapacity * SPAN_BYTES + buffers.capacity * SURVIVOR_SIZE;
    this.staging = Tensor.zeros(gpu.device, 'SurvivorCache.staging', [bytes / 4], 'u32');
  }

  /** Encodes the survivors of a chunk back into the sample buffers; false where they are not kept. */
  restore(rec: Recorder, key: string): boolean {
    const kept = this.kept.get(key);
    if (kept) this.copy(rec, kept.data, kept.rays, kept.survivors, 'out');
    return kept !== undefined;
  }

  /**
   * Encodes a snapshot of the survivors that the sample buffers hold at that moment. Call `keep` once it is submitted.
   * @returns false, and encodes nothing, where there is no room for more
   */
  snapshot(rec: Recorder, rays: number): boolean {
    if (!this.full) this.copy(rec, this.staging, rays, this.buffers.capacity, 'in');
    return !this.full;
  }

  /** Keeps the last snapshot under a key, if there is room. One read-back. */
  async keep(key: string, rays: number): Promise<void> {
    const survivors = (await this.staging.read(1))[0];
    const size = COUNTER_BYTES + rays * SPAN_BYTES + survivors * SURVIVOR_SIZE;
    this.full = this.bytes + size > this.budget;
    if (this.full) return;
    const make = () => Tensor.zeros(this.gpu.device, 'SurvivorCache.kept', [size / 4], 'u32');
    const data = await makeIfRoom(this.gpu.device, make, (made) => made.destroy());
    this.full = data === null;
    if (!data) return;
    this.bytes += size;
    const encoder = this.gpu.device.createCommandEncoder({ label: 'SurvivorCache.keep' });
    const from = this.runs(rays, this.buffers.capacity);
    this.runs(rays, survivors).forEach(({ at, bytes }, run) => {
      if (bytes > 0) encoder.copyBufferToBuffer(this.staging.buffer, from[run].at, data.buffer, at, bytes);
    });
    this.gpu.device.queue.submit([encoder.finish()]);
    this.kept.set(key, { rays, survivors, data });
  }

  /** Between a packed tensor and the sample buffers. */
  private copy(rec: Recorder, packed: Tensor, rays: number, survivors: number, direction: 'in' | 'out'): void {
    for (const { tensor, byte, at, bytes } of this.runs(rays, survivors)) {
      if (bytes === 0) continue;
      if (direction === 'in') rec.copy(tensor, packed, bytes, byte, at);
      else rec.copy(packed, tensor, bytes, at, byte);
    }
  }

  /** Counters, spans, then each run of so many survivors: where in the sample buffers, and where in a packed tensor. */
  private runs(rays: number, survivors: number): Run[] {
    const { buffers } = this;
    const all: Run[] = [];
    let at = 0;
    const add = (tensor: Tensor, byte: number, bytes: number) => {
      all.push({ tensor, byte, at, bytes });
      at += bytes;
    };
    add(buffers.survivorCounters, 0, COUNTER_BYTES);
    add(buffers.survivorSpan, 0, rays * SPAN_BYTES);
    for (const { name, runs, bytes } of PARTS) {
      for (let run = 0; run < runs; run++) add(buffers[name], run * buffers.capacity * bytes, survivors * bytes);
    }
    return all;
  }

  destroy(): void {
    for (const { data } of this.kept.values()) data.destroy();
    this.kept.clear();
    this.staging.destroy();
  }
}
