// The one GPUDevice that our passes, three.js and tfjs share. Asks for what the adapter has and works with
// WebGPU's defaults where that is all there is. Loss and uncaptured errors are told in words.

export interface AdapterInfo {
  vendor: string;
  architecture: string;
  description: string;
}

/** Features that are taken when present; nothing here is required. */
const WANTED_FEATURES = ['timestamp-query', 'shader-f16', 'subgroups', 'float32-filterable'] as const;

/** Limits raised to the adapter's own; everything must still run at the WebGPU defaults. */
const RAISED_LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
  'maxTextureDimension2D',
] as const;

export class NoWebGpuError extends Error {
  override readonly name = 'NoWebGpuError';
}

/** One adapter and its device. */
export class Gpu {
  private constructor(
    readonly adapter: GPUAdapter,
    readonly device: GPUDevice,
    readonly info: AdapterInfo,
  ) {}

  /**
   * Opens the device. `defaultsOnly` takes no optional feature and no raised limit (to test that we run there).
   * @throws NoWebGpuError with one sentence on what is missing and how to switch it on.
   */
  static async open(options: { navigatorGpu?: GPU; defaultsOnly?: boolean } = {}): Promise<Gpu> {
    const gpu = options.navigatorGpu ?? globalThis.navigator?.gpu;
    if (!gpu) throw new NoWebGpuError('WebGPU is missing here: expected navigator.gpu, found none');
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) {
      throw new NoWebGpuError(
        'WebGPU has no adapter here: expected a graphics driver (Vulkan, Metal or D3D12), found none',
      );
    }
    const requiredFeatures = options.defaultsOnly ? [] : WANTED_FEATURES.filter((f) => adapter.features.has(f));
    const requiredLimits: Record<string, number> = {};
    if (!options.defaultsOnly) for (const name of RAISED_LIMITS) requiredLimits[name] = adapter.limits[name];
    const device = await adapter.requestDevice({ label: 'Impasto.device', requiredFeatures, requiredLimits });
    const { vendor, architecture, description } = adapter.info;
    return new Gpu(adapter, device, { vendor, architecture, description });
  }

  get isSoftware(): boolean {
    return /llvmpipe|lavapipe|swiftshader|software|basic render/i.test(
      `${this.info.vendor} ${this.info.architecture} ${this.info.description}`,
    );
  }

  has(feature: GPUFeatureName): boolean {
    return this.device.features.has(feature);
  }

  /** Calls back once, in words, if the device is lost other than by our own destroy(). */
  onLost(callback: (sentence: string) => void): void {
    void this.device.lost.then((info) => {
      if (info.reason === 'destroyed') return;
      callback(`The graphics device was lost (${info.message || 'no reason given'}). Reload to go on.`);
    });
  }

  /** three.js takes over device.onuncapturederror, so this listens beside it. */
  onError(callback: (sentence: string) => void): void {
    this.device.addEventListener('uncapturederror', (event) => {
      callback(`Graphics error: ${(event as GPUUncapturedErrorEvent).error.message}`);
    });
  }

  /** Resolves when everything submitted so far has run. */
  async idle(): Promise<void> {
    await this.device.queue.onSubmittedWorkDone();
  }

  destroy(): void {
    this.device.destroy();
  }
}
