// A fixed list of dispatches, prepared once: bind groups and uniforms are made when it is planned, so that
// encoding a step only replays it, any number of times in one encoder. Bindings are checked by name.

import '../../gpu/float16-stand-in.ts';
import { makeShaderDataDefinitions, makeStructuredView, type ShaderDataDefinitions } from 'webgpu-utils';
import type { Gpu } from '../../gpu/device.ts';
import { Kernel, type KernelSource, type UniformValues } from '../../gpu/kernel.ts';
import type { Tensor } from '../../gpu/tensor.ts';

/** A compiled kernel with what its text says of its bindings. */
export interface PlannedKernel {
  kernel: Kernel;
  definitions: ShaderDataDefinitions;
}

export async function createPlannedKernel(gpu: Gpu, source: KernelSource): Promise<PlannedKernel> {
  return { kernel: await Kernel.create(gpu, source), definitions: makeShaderDataDefinitions(source.code) };
}

interface Step {
  pipeline: GPUComputePipeline;
  groups: GPUBindGroup[];
  launch: readonly [number, number, number];
}

export class DispatchPlan {
  private readonly steps: Step[] = [];
  private readonly uniformBuffers: GPUBuffer[] = [];

  constructor(private readonly device: GPUDevice) {}

  /** @param tensors by WGSL variable name @param uniforms by field name @param launch workgroups */
  add(
    { kernel, definitions }: PlannedKernel,
    tensors: Record<string, Tensor>,
    uniforms: UniformValues,
    launch: readonly [number, number?, number?],
  ): void {
    const { device } = this;
    const names = Object.keys(definitions.storages);
    const given = Object.keys(tensors);
    if (names.length !== given.length || !names.every((name) => tensors[name])) {
      throw new Error(`${kernel.name}: expected tensors ${names.join(', ')}, found ${given.join(', ')}`);
    }
    const groups = [
      device.createBindGroup({
        label: `${kernel.name}.tensors`,
        layout: kernel.pipeline.getBindGroupLayout(0),
        entries: names.map((name) => ({
          binding: definitions.storages[name].binding,
          resource: { buffer: tensors[name].buffer },
        })),
      }),
    ];
    const uniform = definitions.uniforms.uniforms;
    if (uniform) {
      const fields = Object.keys((uniform.typeDefinition as unknown as { fields: object }).fields);
      const values = Object.keys(uniforms);
      if (fields.length !== values.length || !fields.every((field) => uniforms[field] !== undefined)) {
        throw new Error(`${kernel.name}: expected uniforms ${fields.join(', ')}, found ${values.join(', ')}`);
      }
      const view = makeStructuredView(uniform);
      view.set(uniforms);
      const buffer = device.createBuffer({
        label: `${kernel.name}.uniforms`,
        size: Math.ceil(view.arrayBuffer.byteLength / 16) * 16,
        usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
      });
      device.queue.writeBuffer(buffer, 0, view.arrayBuffer as ArrayBuffer);
      this.uniformBuffers.push(buffer);
      groups.push(
        device.createBindGroup({
          label: `${kernel.name}.uniformGroup`,
          layout: kernel.pipeline.getBindGroupLayout(1),
          entries: [{ binding: uniform.binding, resource: { buffer } }],
        }),
      );
    }
    this.steps.push({ pipeline: kernel.pipeline, groups, launch: [launch[0], launch[1] ?? 1, launch[2] ?? 1] });
  }

  encode(pass: GPUComputePassEncoder): void {
    for (const { pipeline, groups, launch } of this.steps) {
      pass.setPipeline(pipeline);
      groups.forEach((group, index) => {
        pass.setBindGroup(index, group);
      });
      pass.dispatchWorkgroups(...launch);
    }
  }

  destroy(): void {
    for (const buffer of this.uniformBuffers) buffer.destroy();
    this.steps.length = 0;
  }
}
