// Work buffers of one batch of rays and its packed samples, shared by training, styling and rendering. SoA: component c
// of sample s is at c * capacity + s. Survivors are the samples that light reaches, packed again.

import type { Gpu } from '../gpu/device.ts';
import { Tensor } from '../gpu/tensor.ts';
import { COUNTERS } from './counters.ts';

/** What a buffer holds so many of: rays, samples, or neither. */
type Axis = 'ray' | 'sample' | 'one';
type Shape = { of: Axis; shape: (n: number, levels: number) => number[]; dtype?: 'u32'; indirect?: true };

const perRay = (columns: number, dtype?: 'u32'): Shape => ({
  of: 'ray',
  shape: (n) => (columns > 1 ? [n, columns] : [n]),
  dtype,
});
const perSample = (shape: Shape['shape'], dtype?: 'u32'): Shape => ({ of: 'sample', shape, dtype });
const counters: Shape = { of: 'one', shape: () => [COUNTERS], dtype: 'u32', indirect: true };
const columns = perSample((n) => [3, n]);
const scalars = perSample((n) => [n]);
const encoded = perSample((n, levels) => [levels / 2, n, 2], 'u32');

/** R rays and S samples, as many as there is room for. WGSL structs in common/ray.wgsl and common/sample.wgsl. */
const SHAPES = {
  // Over rays.
  rays: perRay(8), // [R] struct Ray
  rayShading: perRay(4), // [R] struct RayShading
  rayBackground: perRay(4), // [R] struct RayBackground
  rayTarget: perRay(4), // [R, 4] rgb
  rayCount: perRay(1, 'u32'), // [R] samples
  raySpan: perRay(2, 'u32'), // [R] struct Span
  survivorSpan: perRay(2, 'u32'), // [R] struct Span
  rayLoss: perRay(2), // [R, 2]
  pixelRgb: perRay(3), // [R, 3]
  pixelDepth: perRay(1), // [R]
  pixelOpacity: perRay(1), // [R]
  dPixelRgb: perRay(3), // [R, 3]
  // Over samples.
  samplePosition: columns, // [3, S]
  sampleT: perSample((n) => [n, 2]), // [S] struct Interval
  densityEncoded: encoded, // [L / 2, S, 2] 4 x f16
  rawDensity: scalars, // [S]
  // Over survivors.
  survivorPosition: columns, // [3, S]
  survivorSample: perSample((n) => [n, 4]), // [S] struct Sample
  survivorIndex: perSample((n) => [n, 2], 'u32'), // [S] struct Source
  colourEncoded: encoded, // [L / 2, S, 2] 4 x f16
  rgb: columns, // [3, S]
  dRgb: columns, // [3, S]
  dRawDensity: scalars, // [S]
  dEncoded: perSample((n, levels) => [levels, n, 2]), // [L, S, 2]
  // Counts and indirect dispatch sizes: struct Counters.
  counters,
  survivorCounters: counters,
  statistics: { of: 'one', shape: () => [4] } as Shape, // struct Statistics of sum_loss.wgsl
} satisfies Record<string, Shape>;

type Tensors = { readonly [name in keyof typeof SHAPES]: Tensor };

const entries = Object.entries<Shape>(SHAPES);

/** The tensors are fields by the names of SHAPES, filled in by the constructor below. */
const WithTensors = class {} as new () => Tensors;

export class SampleBuffers extends WithTensors {
  constructor(
    gpu: Gpu,
    readonly rayCapacity: number,
    readonly capacity: number,
    readonly levels: number,
  ) {
    super();
    const made = entries.map(([name, { of, shape, dtype, indirect }]) => {
      const sizes = shape({ ray: rayCapacity, sample: capacity, one: 1 }[of], levels);
      const usage = indirect ? GPUBufferUsage.INDIRECT : 0;
      return [name, Tensor.zeros(gpu.device, `SampleBuffers.${name}`, sizes, dtype, usage)];
    });
    Object.assign(this, Object.fromEntries(made));
  }

  /** Bytes that these buffers take, before they are made. */
  static bytes(rayCapacity: number, capacity: number, levels: number): number {
    return entries.reduce((sum, [, { of, shape }]) => {
      const sizes = shape({ ray: rayCapacity, sample: capacity, one: 1 }[of], levels);
      return sum + Tensor.bytes(sizes.reduce((a, b) => a * b, 1));
    }, 0);
  }

  destroy(): void {
    for (const value of Object.values(this)) if (value instanceof Tensor) value.destroy();
  }
}
