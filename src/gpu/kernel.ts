// A compute kernel, described once by its WGSL: bindings are found by name through reflection, dtypes and
// names are checked at launch, the uniform struct is written by field name, compile errors carry file and line.
// Group 0 holds tensors, group 1 (if any) one uniform struct called `uniforms`.

import './float16-stand-in.ts';
import { makeShaderDataDefinitions, makeStructuredView, type ShaderDataDefinitions } from 'webgpu-utils';
import type { Gpu } from './device.ts';
import type { Profiler } from './profiler.ts';
import type { Tensor } from './tensor.ts';

export interface KernelSource {
  /** File name without .wgsl; also the entry point, snake_case. */
  name: string;
  /** The kernel file's text. */
  code: string;
  /** Shared files, appended after the kernel so that compiler line numbers stay true. */
  shared?: string[];
  /** Values for `override` constants. */
  constants?: Record<string, number>;
}

export type UniformValues = Record<string, number | readonly number[] | Float32Array | Uint32Array>;

/** Workgroup counts, or an indirect buffer of three u32 at a byte offset. */
export type Launch = readonly [number, number?, number?] | { indirect: Tensor; byteOffset?: number };

const UNIFORM_RING = 64;

export class Kernel {
  private readonly uniformSlots: GPUBuffer[] = [];
  private nextSlot = 0;
  private readonly bindGroups = new Map<string, GPUBindGroup>();
  private readonly uniformGroups = new Map<GPUBuffer, GPUBindGroup>();

  private constructor(
    private readonly device: GPUDevice,
    readonly name: string,
    readonly pipeline: GPUComputePipeline,
    private readonly definitions: ShaderDataDefinitions,
  ) {}

  /** Compiles asynchronously. @throws Error naming the file, line and message of the first compile error. */
  static async create(gpu: Gpu, source: KernelSource): Promise<Kernel> {
    const { device } = gpu;
    const code = [source.code, ...(source.shared ?? [])].join('\n');
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label: `${source.name}.module`, code });
    const info = await module.getCompilationInfo();
    const failure = info.messages.find((m) => m.type === 'error');
    if (failure) {
      void device.popErrorScope();
      throw new Error(`${source.name}.wgsl:${failure.lineNum}:${failure.linePos}: ${failure.message}`);
    }
    let pipeline: GPUComputePipeline;
    try {
      pipeline = await device.createComputePipelineAsync({
        label: source.name,
        layout: 'auto',
        compute: { module, entryPoint: source.name, constants: source.constants },
      });
    } catch (cause) {
      void device.popErrorScope();
      throw new Error(`${source.name}.wgsl: ${(cause as Error).message}`);
    }
    const invalid = await device.popErrorScope();
    if (invalid) throw new Error(`${source.name}.wgsl: ${invalid.message}`);
    return new Kernel(device, source.name, pipeline, makeShaderDataDefinitions(code));
  }

  /**
   * Encodes one dispatch. Every binding of the kernel must be given and no other.
   * @param tensors by WGSL variable name
   * @param uniforms by WGSL struct field name; all fields
   */
  dispatch(
    pass: GPUComputePassEncoder,
    tensors: Record<string, Tensor>,
    uniforms: UniformValues,
    launch: Launch,
  ): void {
    pass.setPipeline(this.pipeline);
    pass.setBindGroup(0, this.tensorGroup(tensors));
    const uniformGroup = this.uniformGroup(uniforms);
    if (uniformGroup) pass.setBindGroup(1, uniformGroup);
    if ('indirect' in launch) {
      pass.dispatchWorkgroupsIndirect(launch.indirect.buffer, launch.byteOffset ?? 0);
    } else {
      pass.dispatchWorkgroups(launch[0], launch[1] ?? 1, launch[2] ?? 1);
    }
  }

  /** One dispatch in a pass of its own, timed when a profiler is given. */
  run(
    encoder: GPUCommandEncoder,
    tensors: Record<string, Tensor>,
    uniforms: UniformValues,
    launch: Launch,
    profiler?: Profiler,
  ): void {
    const pass = encoder.beginComputePass({ label: this.name, timestampWrites: profiler?.span(this.name) });
    this.dispatch(pass, tensors, uniforms, launch);
    pass.end();
  }

  private tensorGroup(tensors: Record<string, Tensor>): GPUBindGroup {
    const wanted = this.definitions.storages;
    for (const name of Object.keys(tensors)) {
      if (!wanted[name])
        throw new Error(`${this.name}: unexpected tensor '${name}', expected ${Object.keys(wanted).join(', ')}`);
    }
    const entries: GPUBindGroupEntry[] = [];
    let key = '';
    for (const [name, definition] of Object.entries(wanted)) {
      const tensor = tensors[name];
      if (!tensor) throw new Error(`${this.name}: expected tensor '${name}', found none`);
      entries.push({ binding: definition.binding, resource: { buffer: tensor.buffer } });
      key += `${bufferId(tensor.buffer)},`;
    }
    let group = this.bindGroups.get(key);
    if (!group) {
      group = this.device.createBindGroup({
        label: `${this.name}.tensors`,
        layout: this.pipeline.getBindGroupLayout(0),
        entries,
      });
      // Destroyed buffers leave stale groups behind: forget all rather than track each.
      if (this.bindGroups.size >= 64) this.bindGroups.clear();
      this.bindGroups.set(key, group);
    }
    return group;
  }

  private uniformGroup(values: UniformValues): GPUBindGroup | null {
    const definition = this.definitions.uniforms.uniforms;
    if (!definition) {
      if (Object.keys(values).length)
        throw new Error(`${this.name}: takes no uniforms, found ${Object.keys(values).join(', ')}`);
      return null;
    }
    const view = makeStructuredView(definition);
    const fields = (definition.typeDefinition as unknown as { fields: Record<string, unknown> }).fields;
    for (const name of Object.keys(fields)) {
      if (values[name] === undefined && !name.startsWith('padding'))
        throw new Error(`${this.name}: expected uniform '${name}', found none`);
    }
    for (const name of Object.keys(values)) {
      if (!fields[name])
        throw new Error(`${this.name}: unexpected uniform '${name}', expected ${Object.keys(fields).join(', ')}`);
    }
    view.set(values);
    // A ring of small buffers: writeBuffer is ordered before the next submit, so a slot may be rewritten only
    // once its dispatch was submitted. 64 dispatches of one kernel in one encoder are more than any stage has.
    const slot = this.nextSlot++ % UNIFORM_RING;
    this.uniformSlots[slot] ??= this.device.createBuffer({
      label: `${this.name}.uniforms${slot}`,
      size: Math.ceil(view.arrayBuffer.byteLength / 16) * 16,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    const buffer = this.uniformSlots[slot];
    this.device.queue.writeBuffer(buffer, 0, view.arrayBuffer as ArrayBuffer);
    let group = this.uniformGroups.get(buffer);
    if (!group) {
      group = this.device.createBindGroup({
        label: `${this.name}.uniformGroup${slot}`,
        layout: this.pipeline.getBindGroupLayout(1),
        entries: [{ binding: definition.binding, resource: { buffer } }],
      });
      this.uniformGroups.set(buffer, group);
    }
    return group;
  }

  destroy(): void {
    for (const buffer of this.uniformSlots) buffer?.destroy();
  }
}

const bufferIds = new WeakMap<GPUBuffer, number>();
let bufferCount = 0;
function bufferId(buffer: GPUBuffer): number {
  let id = bufferIds.get(buffer);
  if (id === undefined) bufferIds.set(buffer, (id = bufferCount++));
  return id;
}

/** Workgroups for `count` items, folded into a second axis past the 65,535 limit of one. */
export function workgroups(count: number, size: number): [number, number] {
  const groups = Math.max(1, Math.ceil(count / size));
  if (groups <= 65535) return [groups, 1];
  const y = Math.ceil(groups / 65535);
  return [Math.ceil(groups / y), y];
}
