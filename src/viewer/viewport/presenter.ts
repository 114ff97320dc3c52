// How three's picture reaches the screen: straight onto its canvas, or, where WebGPU canvases are not shown,
// into a render target that is read back and put on a 2D canvas. The scene and its shaders are the same.

import { type Camera, RenderTarget, type Scene, SRGBColorSpace, WebGPURenderer } from 'three/webgpu';
import type { Gpu } from '../../gpu/device.ts';
import type { Picture } from '../../scene/types.ts';
import type { Size } from '../../three/frame-budget.ts';

export class Presenter {
  /** What is in the page. */
  readonly canvas: HTMLCanvasElement;
  private readonly plain: CanvasRenderingContext2D | null;
  private readonly target = new RenderTarget(1, 1);

  private constructor(
    private readonly renderer: WebGPURenderer,
    readonly readBack: boolean,
  ) {
    this.target.texture.colorSpace = SRGBColorSpace;
    this.canvas = readBack ? document.createElement('canvas') : renderer.domElement;
    this.plain = readBack ? this.canvas.getContext('2d') : null;
  }

  static async create(gpu: Gpu, options: { readBack: boolean; antialias: boolean }): Promise<Presenter> {
    const renderer = new WebGPURenderer({ device: gpu.device, antialias: options.antialias });
    await renderer.init();
    renderer.setClearColor(0x14161a);
    return new Presenter(renderer, options.readBack);
  }

  /** @param size pixels of the screen */
  resize(size: Size): void {
    if (this.readBack) {
      this.canvas.width = size.width;
      this.canvas.height = size.height;
    } else {
      this.renderer.setPixelRatio(1);
      this.renderer.setSize(size.width, size.height, false);
    }
    this.target.setSize(size.width, size.height);
  }

  async present(scene: Scene, camera: Camera): Promise<void> {
    if (!this.plain) {
      this.renderer.render(scene, camera);
      return;
    }
    const { width, height, data } = await this.read(scene, camera);
    // The window may have been resized meanwhile; the next frame has the new size.
    if (width === this.canvas.width && height === this.canvas.height) {
      this.plain.putImageData(new ImageData(data, width, height), 0, 0);
    }
  }

  /** The picture as presented, in bytes. */
  async read(scene: Scene, camera: Camera): Promise<Picture> {
    const { width, height } = this.target;
    this.renderer.setRenderTarget(this.target);
    this.renderer.render(scene, camera);
    this.renderer.setRenderTarget(null);
    const bytes = await this.renderer.readRenderTargetPixelsAsync(this.target, 0, 0, width, height);
    return { width, height, data: new Uint8ClampedArray(bytes.buffer as ArrayBuffer) };
  }

  destroy(): void {
    this.target.dispose();
    this.renderer.dispose();
  }
}
