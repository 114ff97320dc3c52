// Encodes kernels one after another into one command encoder: in a single compute pass, or, when a profiler is given,
// in a pass each so that every kernel is timed by itself, as often as the profiler wants.

import type { Gpu } from './device.ts';
import type { Kernel, Launch, UniformValues } from './kernel.ts';
import type { Profiler } from './profiler.ts';
import type { Tensor } from './tensor.ts';

export class Recorder {
  readonly encoder: GPUCommandEncoder;
  private pass: GPUComputePassEncoder | null = null;

  constructor(
    private readonly gpu: Gpu,
    private readonly label: string,
    private readonly profiler?: Profiler,
  ) {
    this.encoder = gpu.device.createCommandEncoder({ label });
  }

  run(
    kernel: Kernel,
    tensors: Record<string, Tensor>,
    uniforms: UniformValues,
    launch: Launch,
    span = kernel.name,
  ): void {
    if (this.profiler) {
      const pass = this.encoder.beginComputePass({ label: span, timestampWrites: this.profiler.span(span) });
      for (let i = this.profiler.repeats(span); i > 0; i--) kernel.dispatch(pass, tensors, uniforms, launch);
      pass.end();
      return;
    }
    this.pass ??= this.encoder.beginComputePass({ label: this.label });
    kernel.dispatch(this.pass, tensors, uniforms, launch);
  }

  /** Ends the open pass, so that copies or other passes can be encoded. */
  endPass(): void {
    this.pass?.end();
    this.pass = null;
  }

  copy(from: Tensor, to: Tensor, bytes: number, fromByte = 0, toByte = 0): void {
    this.endPass();
    this.encoder.copyBufferToBuffer(from.buffer, fromByte, to.buffer, toByte, bytes);
  }

  clear(tensor: Tensor): void {
    this.endPass();
    this.encoder.clearBuffer(tensor.buffer);
  }

  submit(): void {
    this.endPass();
    this.gpu.device.queue.submit([this.encoder.finish()]);
  }
}
