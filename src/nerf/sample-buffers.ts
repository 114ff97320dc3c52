// Work buffers of one batch of rays and its packed samples, shared by training, styling and rendering. SoA: component c
// of sample s is at c * capacity + s. Survivors are the samples that light reaches, packed again.

import type { Gpu } from '../gpu/device.ts';
import { Tensor } from '../gpu/tensor.ts';

/** Counts of a batch and the sizes of its dispatches. */
export const COUNTERS = 20;

export class SampleBuffers {
  // Over rays.
  readonly rayOrigin: Tensor; // [R, 4] xyz, t_near
  readonly rayDirection: Tensor; // [R, 4] xyz, t_far
  readonly rayShading: Tensor; // [R, 4] direction that colours see, 1 = use it
  readonly rayBackground: Tensor; // [R, 4] rgb, cosine to the view axis
  readonly rayTarget: Tensor; // [R, 4] rgb
  readonly rayCount: Tensor; // [R] u32
  readonly raySpan: Tensor; // [R, 2] u32 first, count
  readonly survivorSpan: Tensor; // [R, 2] u32
  readonly rayLoss: Tensor; // [R, 2]
  readonly pixelRgb: Tensor; // [R, 3]
  readonly pixelDepth: Tensor; // [R]
  readonly pixelOpacity: Tensor; // [R]
  readonly dPixelRgb: Tensor; // [R, 3]
  // Over samples.
  readonly samplePosition: Tensor; // [3, capacity]
  readonly sampleT: Tensor; // [capacity, 2]
  readonly densityEncoded: Tensor; // [L / 2, capacity, 2] 4 x f16
  readonly rawDensity: Tensor; // [capacity]
  // Over survivors.
  readonly survivorPosition: Tensor; // [3, capacity]
  readonly survivorSample: Tensor; // [capacity, 4]
  readonly survivorIndex: Tensor; // [capacity, 2] u32
  readonly colourEncoded: Tensor; // [L / 2, capacity, 2] 4 x f16
  readonly rgb: Tensor; // [3, capacity]
  readonly dRgb: Tensor; // [3, capacity]
  readonly dRawDensity: Tensor; // [capacity]
  readonly dEncoded: Tensor; // [L, capacity, 2]
  // Counts and indirect dispatch sizes, see scan_counts.wgsl.
  readonly counters: Tensor; // [20] u32
  readonly survivorCounters: Tensor; // [20] u32
  readonly statistics: Tensor; // [4]

  constructor(
    gpu: Gpu,
    readonly rayCapacity: number,
    readonly capacity: number,
    readonly levels: number,
  ) {
    const { device } = gpu;
    const make = (name: string, shape: number[], dtype: 'f32' | 'u32' = 'f32', usage = 0) =>
      Tensor.zeros(device, `SampleBuffers.${name}`, shape, dtype, usage);
    const R = rayCapacity;
    const C = capacity;
    this.rayOrigin = make('rayOrigin', [R, 4]);
    this.rayDirection = make('rayDirection', [R, 4]);
    this.rayShading = make('rayShading', [R, 4]);
    this.rayBackground = make('rayBackground', [R, 4]);
    this.rayTarget = make('rayTarget', [R, 4]);
    this.rayCount = make('rayCount', [R], 'u32');
    this.raySpan = make('raySpan', [R, 2], 'u32');
    this.survivorSpan = make('survivorSpan', [R, 2], 'u32');
    this.rayLoss = make('rayLoss', [R, 2]);
    this.pixelRgb = make('pixelRgb', [R, 3]);
    this.pixelDepth = make('pixelDepth', [R]);
    this.pixelOpacity = make('pixelOpacity', [R]);
    this.dPixelRgb = make('dPixelRgb', [R, 3]);
    this.samplePosition = make('samplePosition', [3, C]);
    this.sampleT = make('sampleT', [C, 2]);
    this.densityEncoded = make('densityEncoded', [levels / 2, C, 2], 'u32');
    this.rawDensity = make('rawDensity', [C]);
    this.survivorPosition = make('survivorPosition', [3, C]);
    this.survivorSample = make('survivorSample', [C, 4]);
    this.survivorIndex = make('survivorIndex', [C, 2], 'u32');
    this.colourEncoded = make('colourEncoded', [levels / 2, C, 2], 'u32');
    this.rgb = make('rgb', [3, C]);
    this.dRgb = make('dRgb', [3, C]);
    this.dRawDensity = make('dRawDensity', [C]);
    this.dEncoded = make('dEncoded', [levels, C, 2]);
    this.counters = make('counters', [COUNTERS], 'u32', GPUBufferUsage.INDIRECT);
    this.survivorCounters = make('survivorCounters', [COUNTERS], 'u32', GPUBufferUsage.INDIRECT);
    this.statistics = make('statistics', [4]);
  }

  /** Bytes that these buffers take, before they are made. */
  static bytes(rayCapacity: number, capacity: number, levels: number): number {
    const counters = 2 * COUNTERS + 4;
    return 4 * (rayCapacity * 35 + capacity * (4 * levels + 3 + 2 + 1 + 3 + 4 + 2 + 3 + 3 + 1) + counters);
  }

  destroy(): void {
    for (const value of Object.values(this)) if (value instanceof Tensor) value.destroy();
  }
}
