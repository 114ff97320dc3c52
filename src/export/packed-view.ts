// A rendered view made ready for the screen or for a file: the kernel pack_view turns float tensors into 8-bit
// colour with padded rows, wipe included; from there it goes into textures, or is read back as a picture: four bytes a
// pixel, not twelve.

import type { Gpu } from '../gpu/device.ts';
import { Kernel } from '../gpu/kernel.ts';
import { Recorder } from '../gpu/recorder.ts';
import { Tensor } from '../gpu/tensor.ts';
import type { RenderTarget } from '../nerf/types.ts';
import type { Picture } from '../scene/types.ts';
import packViewCode from '../shaders/viewer/pack_view.wgsl?raw';

/** bytesPerRow of a buffer-to-texture copy must be a multiple of 256: 64 texels of 4 bytes. */
const ROW_TEXELS = 64;

export interface PackOptions {
  /** Columns left of `column` come from another rendering of the same pose. */
  wipe?: { original: RenderTarget; column: number };
  /** Opacity goes into the fourth channel, which is 1 else. Colours stay over their background. */
  alpha?: boolean;
}

const packers = new WeakMap<GPUDevice, Promise<ViewPacker>>();

/** The kernel, compiled once. */
export class ViewPacker {
  private constructor(
    readonly gpu: Gpu,
    private readonly kernel: Kernel,
  ) {}

  /** The device's one, compiled when first asked for; it goes with the device. */
  static of(gpu: Gpu): Promise<ViewPacker> {
    const known = packers.get(gpu.device);
    if (known) return known;
    const made = ViewPacker.create(gpu);
    packers.set(gpu.device, made);
    made.catch(() => packers.delete(gpu.device));
    return made;
  }

  static async create(gpu: Gpu): Promise<ViewPacker> {
    return new ViewPacker(gpu, await Kernel.create(gpu, { name: 'pack_view', code: packViewCode }));
  }

  encode(rec: Recorder, view: RenderTarget, packed: PackedView, { wipe, alpha = false }: PackOptions = {}): void {
    const { width, height } = view;
    rec.run(
      this.kernel,
      {
        rgb: view.rgb,
        original_rgb: wipe?.original.rgb ?? view.rgb,
        opacity: view.opacity,
        depth: view.depth,
        packed_rgba: packed.rgba,
        packed_depth: packed.depth,
      },
      { width, height, pitch: packed.pitch, wipe: wipe?.column ?? 0, alpha: alpha ? 1 : 0 },
      [Math.ceil(width / 8), Math.ceil(height / 8)],
    );
  }

  /**
   * Milliseconds to pack a million pixels, best of a few: about one on a graphics card, tens and more in software.
   * For adapters that say nothing of themselves (Firefox hides their names).
   */
  async speed(): Promise<number> {
    const { device } = this.gpu;
    const side = 1024;
    const shapes: [string, number[]][] = [
      ['rgb', [side, side, 3]],
      ['depth', [side, side]],
      ['opacity', [side, side]],
    ];
    const [rgb, depth, opacity] = shapes.map(([label, shape]) => Tensor.zeros(device, `speed.${label}`, shape));
    const packed = new PackedView(device, side, side);
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 4; i++) {
      const rec = new Recorder(this.gpu, 'ViewPacker.speed');
      this.encode(rec, { width: side, height: side, rgb, depth, opacity }, packed);
      const started = performance.now();
      rec.submit();
      await this.gpu.idle();
      best = Math.min(best, performance.now() - started);
    }
    for (const tensor of [rgb, depth, opacity]) tensor.destroy();
    packed.destroy();
    return best;
  }

  destroy(): void {
    this.kernel.destroy();
  }
}

export class PackedView {
  /** Texels from row to row. */
  readonly pitch: number;
  /** [H, pitch] rgba8unorm. */
  readonly rgba: Tensor;
  /** [H, pitch] view z, scene units. */
  readonly depth: Tensor;

  constructor(
    device: GPUDevice,
    readonly width: number,
    readonly height: number,
  ) {
    this.pitch = Math.ceil(width / ROW_TEXELS) * ROW_TEXELS;
    this.rgba = Tensor.zeros(device, 'PackedView.rgba', [height, this.pitch], 'u32');
    this.depth = Tensor.zeros(device, 'PackedView.depth', [height, this.pitch]);
  }

  /** Encodes the copies into an rgba8unorm and an r32float texture of the view's size. */
  copyTo(encoder: GPUCommandEncoder, colour: GPUTexture, depth: GPUTexture): void {
    const size = [this.width, this.height];
    const bytesPerRow = this.pitch * 4;
    encoder.copyBufferToTexture({ buffer: this.rgba.buffer, bytesPerRow }, { texture: colour }, size);
    encoder.copyBufferToTexture({ buffer: this.depth.buffer, bytesPerRow }, { texture: depth }, size);
  }

  async read(): Promise<Picture> {
    const padded = new Uint8ClampedArray((await this.rgba.read()).buffer);
    const data = new Uint8ClampedArray(this.width * this.height * 4);
    for (let row = 0; row < this.height; row++) {
      const from = row * this.pitch * 4;
      data.set(padded.subarray(from, from + this.width * 4), row * this.width * 4);
    }
    return { width: this.width, height: this.height, data };
  }

  destroy(): void {
    this.rgba.destroy();
    this.depth.destroy();
  }
}
