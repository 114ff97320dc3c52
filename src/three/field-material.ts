// How three draws the field: our colour and depth textures over the whole screen, without a copy, with the field's own
// depth, so that meshes go into it and behind it truly. Colour comes sRGB-encoded and is decoded here, since three works
// in linear light.

import {
  cameraFar,
  cameraNear,
  float,
  mix,
  positionGeometry,
  screenUV,
  sRGBTransferEOTF,
  texture,
  uniform,
  type vec3,
  vec4,
  viewZToPerspectiveDepth,
} from 'three/tsl';
import {
  ExternalTexture,
  FloatType,
  LinearFilter,
  MeshBasicNodeMaterial,
  NearestFilter,
  type Texture,
} from 'three/webgpu';
import type { PackedView } from '../export/packed-view.ts';

export class FieldMaterial extends MeshBasicNodeMaterial {
  private readonly colourTexture;
  private readonly depthTexture;
  /** World units to a unit of the field. */
  private readonly unit = uniform(1);
  /** sRGB 0..1, that the field's colours lie over; in w whether they do: an opaque scene's lie over nothing. */
  private readonly backdrop = uniform(vec4(0));
  private colour: GPUTexture | null = null;
  private depth: GPUTexture | null = null;

  /** @param seeThrough what is empty of the field shows what is behind it, not the field's background */
  constructor(
    private readonly device: GPUDevice,
    seeThrough: boolean,
  ) {
    super();
    this.name = 'FieldMaterial';
    this.makeTextures(1, 1);
    this.colourTexture = texture(this.external(this.colour!, false), screenUV);
    this.depthTexture = texture(this.external(this.depth!, true), screenUV);
    this.vertexNode = vec4(positionGeometry.xy, 0, 1);
    const { rgb, a } = this.colourTexture;
    const alpha = seeThrough ? a : float(1);
    // What the field itself gave, without what it was laid over.
    const over = this.backdrop.w;
    const own = rgb.sub(this.backdrop.rgb.mul(a.oneMinus().mul(over))).div(mix(float(1), a.max(1 / 255), over));
    // The types do not know what this function returns: a vec3.
    const linear = sRGBTransferEOTF(seeThrough ? own.clamp(0, 1) : rgb) as unknown as ReturnType<typeof vec3>;
    this.colorNode = vec4(linear, alpha);
    const z = this.depthTexture.r.mul(this.unit).negate();
    this.depthNode = viewZToPerspectiveDepth(z, cameraNear, cameraFar).clamp(0, 1);
    this.transparent = seeThrough;
    if (seeThrough) this.alphaTest = 0.5 / 255;
    this.toneMapped = false;
    this.fog = false;
  }

  /**
   * Takes a new picture of the field; the next three frame shows it.
   * @param unit world units to a unit of the field
   * @param backdrop sRGB 0..1, what its colours lie over; null: over nothing, the scene is opaque
   */
  take(
    encoder: GPUCommandEncoder,
    packed: PackedView,
    unit: number,
    backdrop: readonly [number, number, number] | null,
  ): void {
    if (this.colour!.width !== packed.width || this.colour!.height !== packed.height) {
      this.makeTextures(packed.width, packed.height);
      // A new texture for each size: three takes an external texture's source once and for all.
      const old: Texture[] = [this.colourTexture.value, this.depthTexture.value];
      this.colourTexture.value = this.external(this.colour!, false);
      this.depthTexture.value = this.external(this.depth!, true);
      for (const texture of old) texture.dispose();
    }
    packed.copyTo(encoder, this.colour!, this.depth!);
    this.unit.value = unit;
    const [r, g, b] = backdrop ?? [0, 0, 0];
    this.backdrop.value.set(r, g, b, backdrop ? 1 : 0);
  }

  private makeTextures(width: number, height: number): void {
    // Work that is under way may still read the old ones: WebGPU keeps them until it has ended.
    this.colour?.destroy();
    this.depth?.destroy();
    const usage = GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST;
    const size = [width, height];
    this.colour = this.device.createTexture({ label: 'FieldMaterial.colour', size, format: 'rgba8unorm', usage });
    this.depth = this.device.createTexture({ label: 'FieldMaterial.depth', size, format: 'r32float', usage });
  }

  private external(source: GPUTexture, isDepth: boolean): ExternalTexture {
    const external = new ExternalTexture(source);
    external.generateMipmaps = false;
    if (isDepth) {
      // r32float cannot be filtered everywhere, and depths of two surfaces must not be mixed.
      external.type = FloatType;
      external.minFilter = NearestFilter;
      external.magFilter = NearestFilter;
    } else {
      external.minFilter = LinearFilter;
      external.magFilter = LinearFilter;
    }
    return external;
  }

  override dispose(): void {
    super.dispose();
    this.colour?.destroy();
    this.depth?.destroy();
  }
}
