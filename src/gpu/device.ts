// The one GPUDevice that our passes, three.js and tfjs share: opened here, or adopted from a host that has one already.
// Asks for what the adapter has and works with WebGPU's defaults where that is all there is. Loss and uncaptured errors
// are told in words.

export interface AdapterInfo {
  vendor: string;
  architecture: string;
  description: string;
}

/** Features that are taken when present; nothing here is required. */
export const WANTED_FEATURES = ['timestamp-query', 'shader-f16', 'subgroups', 'float32-filterable'] as const;

/** Limits raised to the adapter's own; everything must still run at the WebGPU defaults. */
export const RAISED_LIMITS = [
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

/** What an adapter says of itself, as far as it says it. */
export type AdapterDetails = Partial<AdapterInfo & { subgroupMinSize: number; subgroupMaxSize: number }>;

/** A device, and what is known of its adapter. */
export class Gpu {
  readonly info: AdapterInfo;

  private constructor(
    readonly device: GPUDevice,
    readonly adapterInfo: AdapterDetails,
    private readonly owned: boolean,
  ) {
    const { vendor = '', architecture = '', description = '' } = adapterInfo;
    this.info = { vendor, architecture, description };
  }

  /**
   * Works on a host's device, three's for example, and never destroys it. Everything runs at WebGPU's default limits and
   * without optional features; a device that was asked for more (see `WANTED_FEATURES`, `RAISED_LIMITS`) is faster and
   * takes larger presets.
   * @param info of the device's adapter; by default what the device itself says of it
   */
  static adopt(device: GPUDevice, info: AdapterDetails = device.adapterInfo ?? {}): Gpu {
    return new Gpu(device, info, false);
  }

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
    return new Gpu(device, adapter.info, true);
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

  /** An adopted device stays its host's. */
  destroy(): void {
    if (this.owned) this.device.destroy();
  }
}
