// The one way to launch kernels: one after another into one command encoder, in a single compute pass, or, when a
// profiler is given, in a pass each so that every kernel is timed by itself, as often as the profiler wants. A Plan is a
// list of launches made once, to be replayed in any recorder any number of times.

import type { Gpu } from './device.ts';
import { type Dispatch, Kernel, type Launch, type UniformValues } from './kernel.ts';
import type { Profiler } from './profiler.ts';
import type { Tensor } from './tensor.ts';
import { UniformArena } from './uniform-arena.ts';

/**
 * Bindings are found by name and checked: every one of the kernel must be given and no other.
 * @param tensors by WGSL variable name; uniforms by field name, all of them
 * @param textures the bind group of group 2, where the kernel has one
 */
function dispatchOf(
  arena: UniformArena,
  kernel: Kernel,
  tensors: Record<string, Tensor>,
  uniforms: UniformValues,
  launch: Launch,
  textures?: GPUBindGroup,
): Dispatch {
  const tensorGroup = kernel.tensorGroup(tensors);
  const bytes = kernel.uniformBytes(uniforms);
  const uniformGroup = bytes && kernel.uniformGroup(arena.add(bytes));
  return { kernel, groups: [tensorGroup, uniformGroup, textures ?? null], launch };
}

export class Recorder {
  readonly encoder: GPUCommandEncoder;
  private readonly arena: UniformArena;
  private pass: GPUComputePassEncoder | null = null;

  constructor(
    private readonly gpu: Gpu,
    private readonly label: string,
    private readonly profiler?: Profiler,
  ) {
    this.encoder = gpu.device.createCommandEncoder({ label });
    this.arena = new UniformArena(gpu.device);
  }

  /** Records one launch, as `dispatchOf` says. @param span what the profiler calls it */
  run(
    kernel: Kernel,
    tensors: Record<string, Tensor>,
    uniforms: UniformValues,
    launch: Launch,
    span = kernel.name,
    textures?: GPUBindGroup,
  ): void {
    this.encode(dispatchOf(this.arena, kernel, tensors, uniforms, launch, textures), span);
  }

  /** Records all launches of a plan. */
  replay(plan: Plan): void {
    for (const dispatch of plan.dispatches) this.encode(dispatch, dispatch.kernel.name);
  }

  private encode(dispatch: Dispatch, span: string): void {
    if (this.profiler) {
      this.endPass();
      const pass = this.encoder.beginComputePass({ label: span, timestampWrites: this.profiler.span(span) });
      for (let i = this.profiler.repeats(span); i > 0; i--) Kernel.encode(pass, dispatch);
      pass.end();
      return;
    }
    this.pass ??= this.encoder.beginComputePass({ label: this.label });
    Kernel.encode(this.pass, dispatch);
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
    this.arena.write();
    this.gpu.device.queue.submit([this.encoder.finish()]);
    this.arena.release();
  }
}

/** Launches made once, whose tensors and uniforms stay as they were given. */
export class Plan {
  private readonly arena: UniformArena;
  private readonly made: Dispatch[] = [];
  private isWritten = false;

  constructor({ device }: Gpu) {
    this.arena = new UniformArena(device);
  }

  /** Adds one launch, as Recorder.run would record it. */
  run(kernel: Kernel, tensors: Record<string, Tensor>, uniforms: UniformValues, launch: Launch): void {
    this.made.push(dispatchOf(this.arena, kernel, tensors, uniforms, launch));
    this.isWritten = false;
  }

  get dispatches(): readonly Dispatch[] {
    if (!this.isWritten) this.arena.write();
    this.isWritten = true;
    return this.made;
  }

  destroy(): void {
    this.arena.destroy();
    this.made.length = 0;
  }
}
