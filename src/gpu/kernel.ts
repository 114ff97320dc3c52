// A compute kernel, described once by its WGSL: bindings are found by name through reflection, dtypes and
// names are checked at launch, the uniform struct is written by field name, compile errors carry file and line.
// Group 0 holds tensors, group 1 (if any) one uniform struct called `uniforms`, group 2 textures. A Recorder launches it.

import './float16-stand-in.ts';
import {
  makeShaderDataDefinitions,
  makeStructuredView,
  type ShaderDataDefinitions,
  type StructuredView,
} from 'webgpu-utils';
import type { Gpu } from './device.ts';
import type { Tensor } from './tensor.ts';
import type { UniformPlace } from './uniform-arena.ts';

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

export type UniformValue = number | readonly number[] | Float32Array | Uint32Array;
/** By field name; of a struct in the struct by its fields' names. */
export type UniformValues = Record<string, UniformValue | Readonly<Record<string, UniformValue>>>;

/** Workgroup counts, or an indirect buffer of three u32 at a byte offset. */
export type Launch = readonly [number, number?, number?] | { indirect: Tensor; byteOffset?: number };

/** A kernel with its bindings, to be put into any pass any number of times. */
export interface Dispatch {
  kernel: Kernel;
  /** By their group: tensors, uniforms, textures. */
  groups: readonly (GPUBindGroup | null)[];
  launch: Launch;
}

/** Bind groups of a kind that a kernel keeps at most. */
const KEPT_GROUPS = 256;

export class Kernel {
  private readonly tensorGroups = new Map<string, GPUBindGroup>();
  private readonly uniformGroups = new Map<string, GPUBindGroup>();
  /** The uniform struct as it is written, used over and over; null where there is none. */
  private readonly uniforms: { view: StructuredView; fields: Record<string, unknown>; binding: number } | null;

  private constructor(
    private readonly device: GPUDevice,
    readonly name: string,
    readonly pipeline: GPUComputePipeline,
    private readonly definitions: ShaderDataDefinitions,
  ) {
    const definition = definitions.uniforms.uniforms;
    this.uniforms = definition
      ? {
          view: makeStructuredView(definition),
          fields: (definition.typeDefinition as unknown as { fields: Record<string, unknown> }).fields,
          binding: definition.binding,
        }
      : null;
  }

  /** Compiles asynchronously. @throws Error naming the file, line and message of the first compile error. */
  static async create(gpu: Gpu, source: KernelSource): Promise<Kernel> {
    const { device } = gpu;
    const code = [source.code, ...(source.shared ?? [])].join('\n');
    // Opened and closed in one go: scopes are a stack of the device's, and others compile and draw meanwhile.
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label: `${source.name}.module`, code });
    const scope = device.popErrorScope();
    const [info, invalid] = await Promise.all([module.getCompilationInfo(), scope]);
    const failure = info.messages.find((m) => m.type === 'error');
    if (failure) throw new Error(`${source.name}.wgsl:${failure.lineNum}:${failure.linePos}: ${failure.message}`);
    if (invalid) throw new Error(`${source.name}.wgsl: ${invalid.message}`);
    let pipeline: GPUComputePipeline;
    try {
      // What is wrong with it comes by the promise, in no scope.
      pipeline = await device.createComputePipelineAsync({
        label: source.name,
        layout: 'auto',
        compute: { module, entryPoint: source.name, constants: source.constants },
      });
    } catch (cause) {
      throw new Error(`${source.name}.wgsl: ${(cause as Error).message}`);
    }
    return new Kernel(device, source.name, pipeline, makeShaderDataDefinitions(code));
  }

  /**
   * Puts a dispatch into a pass.
   * @param groups as `tensorGroup`, `uniformGroup` and, of textures and samplers, the caller made them
   */
  static encode(pass: GPUComputePassEncoder, { kernel, groups, launch }: Dispatch): void {
    pass.setPipeline(kernel.pipeline);
    groups.forEach((group, index) => {
      if (group) pass.setBindGroup(index, group);
    });
    if ('indirect' in launch) {
      pass.dispatchWorkgroupsIndirect(launch.indirect.buffer, launch.byteOffset ?? 0);
    } else {
      pass.dispatchWorkgroups(launch[0], launch[1] ?? 1, launch[2] ?? 1);
    }
  }

  /**
   * Group 0. Every binding of the kernel must be given and no other.
   * @param tensors by WGSL variable name
   */
  tensorGroup(tensors: Record<string, Tensor>): GPUBindGroup {
    const wanted = this.definitions.storages;
    for (const name of Object.keys(tensors)) {
      if (!wanted[name])
        throw new Error(`${this.name}: unexpected tensor '${name}', expected ${Object.keys(wanted).join(', ')}`);
    }
    let key = '';
    for (const name of Object.keys(wanted)) {
      if (!tensors[name]) throw new Error(`${this.name}: expected tensor '${name}', found none`);
      key += `${bufferId(tensors[name].buffer)},`;
    }
    return kept(this.tensorGroups, key, () =>
      this.device.createBindGroup({
        label: `${this.name}.tensors`,
        layout: this.pipeline.getBindGroupLayout(0),
        entries: Object.entries(wanted).map(([name, { binding }]) => ({
          binding,
          resource: { buffer: tensors[name].buffer },
        })),
      }),
    );
  }

  /**
   * The uniform struct's bytes, valid until the next call; null where the kernel takes none.
   * @param values by WGSL struct field name; all fields
   */
  uniformBytes(values: UniformValues): ArrayBuffer | null {
    if (!this.uniforms) {
      if (Object.keys(values).length)
        throw new Error(`${this.name}: takes no uniforms, found ${Object.keys(values).join(', ')}`);
      return null;
    }
    const { view, fields } = this.uniforms;
    for (const name of Object.keys(fields)) {
      if (values[name] === undefined && !name.startsWith('padding'))
        throw new Error(`${this.name}: expected uniform '${name}', found none`);
    }
    for (const name of Object.keys(values)) {
      if (!fields[name])
        throw new Error(`${this.name}: unexpected uniform '${name}', expected ${Object.keys(fields).join(', ')}`);
    }
    view.set(values);
    return view.arrayBuffer as ArrayBuffer;
  }

  /** Group 1: the uniforms that lie at this place. */
  uniformGroup({ buffer, offset }: UniformPlace): GPUBindGroup {
    const { view, binding } = this.uniforms!;
    const size = Math.ceil(view.arrayBuffer.byteLength / 16) * 16;
    return kept(this.uniformGroups, `${bufferId(buffer)},${offset}`, () =>
      this.device.createBindGroup({
        label: `${this.name}.uniforms`,
        layout: this.pipeline.getBindGroupLayout(1),
        entries: [{ binding, resource: { buffer, offset, size } }],
      }),
    );
  }

  /** Frees what it keeps; pipelines go with the device. */
  destroy(): void {
    this.tensorGroups.clear();
    this.uniformGroups.clear();
  }
}

function kept(groups: Map<string, GPUBindGroup>, key: string, make: () => GPUBindGroup): GPUBindGroup {
  let group = groups.get(key);
  if (!group) {
    // Destroyed buffers leave stale groups behind: forget all rather than track each.
    if (groups.size >= KEPT_GROUPS) groups.clear();
    groups.set(key, (group = make()));
  }
  return group;
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
