// tfjs on our own GPUDevice, recording into our own command encoders. tfjs-backend-webgpu opens a device of its own
// when it is imported; that registration is replaced. Its dispatches then go wherever its `commandEncoder` field
// points, which is how its work is put in order with ours without a submit in between. Written against 4.22, whose
// fields these are; they are no public interface.

import type { Gpu } from '../../gpu/device.ts';
import type { Tensor } from '../../gpu/tensor.ts';
import { optionalPackage } from '../../optional-package.ts';

export type Tf = typeof import('@tensorflow/tfjs-core');
type TfTensor = import('@tensorflow/tfjs-core').Tensor;

/** What we use of WebGPUBackend. */
interface Backend {
  commandEncoder: GPUCommandEncoder | null;
  dispatchCountInPass: number;
  tensorMap: { get(id: object): { resource?: GPUBuffer }; delete(id: object): void };
  bufferManager: { numBytesUsed: number; releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void };
  tensorDataPendingDisposal: object[];
  uniformPendingDisposal: GPUBuffer[];
  stagingPendingDisposal: GPUBuffer[];
  uploadToGPU(id: object): void;
  releaseResource(id: object): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

const BATCH_FLAG = 'WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE';

let current: { device: GPUDevice; opened: Promise<TfjsOnDevice> } | null = null;

/** tfjs on this device; the packages are loaded on the first call. One device at a time: another takes over. */
export async function openTfjs(gpu: Gpu): Promise<TfjsOnDevice> {
  if (current?.device !== gpu.device) current = { device: gpu.device, opened: register(gpu) };
  return await current.opened;
}

async function register(gpu: Gpu): Promise<TfjsOnDevice> {
  const name = '@tensorflow/tfjs-core';
  const tf = await optionalPackage(name, () => import('@tensorflow/tfjs-core'));
  const backendName = '@tensorflow/tfjs-backend-webgpu';
  const { WebGPUBackend } = await optionalPackage(backendName, () => import('@tensorflow/tfjs-backend-webgpu'));
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  type Info = ConstructorParameters<typeof WebGPUBackend>[1];
  const backend = new WebGPUBackend(gpu.device, gpu.adapterInfo as unknown as Info);
  tf.registerBackend('webgpu', () => backend, 3);
  await tf.setBackend('webgpu');
  await tf.ready();
  return new TfjsOnDevice(tf, backend as unknown as Backend);
}

export class TfjsOnDevice {
  /** Buffers that the encoder in `lender` still needs, and tensors disposed since. */
  private held: { uniforms: GPUBuffer[]; staging: GPUBuffer[]; tensors: object[] } = {
    uniforms: [],
    staging: [],
    tensors: [],
  };
  private lender: GPUCommandEncoder | null = null;

  constructor(
    readonly tf: Tf,
    private readonly backend: Backend,
  ) {}

  /**
   * Records what `work` computes into the encoder. Buffers that it used are given back when another encoder comes,
   * so an encoder must be submitted before the next one is lent.
   */
  record(encoder: GPUCommandEncoder, work: () => void): void {
    const { backend, tf } = this;
    if (backend.commandEncoder) {
      backend.endComputePassEncoder();
      backend.submitQueue();
    }
    if (encoder !== this.lender) this.release();
    this.lender = encoder;
    const batch = tf.env().getNumber(BATCH_FLAG);
    tf.env().set(BATCH_FLAG, Number.MAX_SAFE_INTEGER);
    backend.commandEncoder = encoder;
    try {
      tf.tidy(work);
      backend.endComputePassEncoder();
    } finally {
      tf.env().set(BATCH_FLAG, batch);
      backend.commandEncoder = null;
      backend.dispatchCountInPass = 0;
      this.held.uniforms.push(...backend.uniformPendingDisposal);
      this.held.staging.push(...backend.stagingPendingDisposal);
      this.held.tensors.push(...backend.tensorDataPendingDisposal);
      backend.uniformPendingDisposal = [];
      backend.stagingPendingDisposal = [];
      backend.tensorDataPendingDisposal = [];
    }
  }

  /** Bytes of its buffers in use: after `record` and before the next, all that the recorded work has needed. */
  get bytes(): number {
    return this.backend.bufferManager.numBytesUsed;
  }

  /** A tfjs view of our tensor's buffer, without a copy. */
  view(tensor: Tensor, shape: number[]): TfTensor {
    return this.tf.tensor({ buffer: tensor.buffer, zeroCopy: true }, shape, 'float32');
  }

  /** Inside `record`: copies a result into our tensor. */
  copyTo(encoder: GPUCommandEncoder, from: TfTensor, to: Tensor): void {
    this.backend.uploadToGPU(from.dataId);
    this.backend.endComputePassEncoder();
    const { resource } = this.backend.tensorMap.get(from.dataId);
    encoder.copyBufferToBuffer(resource!, 0, to.buffer, 0, to.size * 4);
  }

  private release(): void {
    const { bufferManager } = this.backend;
    for (const id of this.held.tensors) {
      this.backend.releaseResource(id);
      this.backend.tensorMap.delete(id);
    }
    for (const buffer of this.held.uniforms) bufferManager.releaseBuffer(buffer);
    for (const buffer of this.held.staging) bufferManager.releaseBuffer(buffer, false);
    this.held = { uniforms: [], staging: [], tensors: [] };
  }
}
