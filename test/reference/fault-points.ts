// Points at which a path may fail: what it makes on the GPU, what it compiles, what it waits for. They are listed as they are
// passed, and any of them can be made to fail. Buffers that are made and not destroyed are counted.

type Method = (...args: never[]) => unknown;

export class FaultPoints {
  /** Names of the points passed since `arm`. */
  passed: string[] = [];
  readonly alive = new Set<GPUBuffer>();
  private failing = Number.POSITIVE_INFINITY;
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>();

  /** Wraps a device's methods, for as long as it lives. */
  constructor(device: GPUDevice) {
    const make = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
      this.pass(`createBuffer ${descriptor.label}`);
      const buffer = make(descriptor);
      this.alive.add(buffer);
      const destroy = buffer.destroy.bind(buffer);
      buffer.destroy = () => {
        this.alive.delete(buffer);
        return destroy();
      };
      this.waits(buffer, 'mapAsync', `mapAsync ${descriptor.label}`);
      return buffer;
    };
    const codes = new WeakMap<GPUShaderModule, string>();
    const shader = device.createShaderModule.bind(device);
    device.createShaderModule = (descriptor) => {
      this.pass(`createShaderModule ${descriptor.label}`);
      const module = shader(descriptor);
      codes.set(module, descriptor.code as string);
      return module;
    };
    const pipeline = device.createComputePipelineAsync.bind(device);
    device.createComputePipelineAsync = async (descriptor) => {
      this.pass(`createComputePipelineAsync ${descriptor.label}`);
      // Compiled once each: it is asked for once a point.
      const { module, constants } = descriptor.compute;
      const key = `${codes.get(module)} ${JSON.stringify(constants)}`;
      const kept = this.pipelines.get(key) ?? pipeline(descriptor);
      this.pipelines.set(key, kept);
      return kept;
    };
    this.waits(device, 'popErrorScope', 'popErrorScope');
    this.waits(device.queue, 'onSubmittedWorkDone', 'onSubmittedWorkDone');
  }

  /** Has a method that is waited for fail where it is a point's turn: after what it does, so that no scope stays open. */
  waits<T extends object, K extends keyof T & string>(object: T, method: K, name: string = method): void {
    const original = (object[method] as Method).bind(object);
    object[method] = (async (...args: never[]) => {
      const result = await original(...args);
      this.pass(name);
      return result;
    }) as T[K];
  }

  /** From now on points are listed anew, and that number fails, from 0; none by default. */
  arm(failing = Number.POSITIVE_INFINITY): void {
    this.passed = [];
    this.failing = failing;
  }

  private pass(name: string): void {
    this.passed.push(name);
    if (this.passed.length - 1 === this.failing) throw new Error(`injected at ${this.failing}: ${name}`);
  }
}
