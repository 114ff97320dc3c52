// The field in three's scene: a full-screen mesh that shows our colour texture without a copy and writes the
// field's own depth, so that a grid, camera frusta and axes go into it and behind it truly.
// Colour comes sRGB-encoded and is decoded here, since three works in linear light.

import {
  cameraFar,
  cameraNear,
  positionGeometry,
  screenUV,
  sRGBTransferEOTF,
  texture,
  type vec3,
  vec4,
  viewZToPerspectiveDepth,
} from 'three/tsl';
import {
  ExternalTexture,
  FloatType,
  LinearFilter,
  Mesh,
  MeshBasicNodeMaterial,
  NearestFilter,
  PlaneGeometry,
  type Texture,
} from 'three/webgpu';
import type { PackedView } from './packed-view.ts';

export class FieldLayer {
  readonly mesh: Mesh;
  private readonly colourNode;
  private readonly depthNode;
  private colour: GPUTexture | null = null;
  private depth: GPUTexture | null = null;

  constructor(private readonly device: GPUDevice) {
    this.makeTextures(1, 1);
    this.colourNode = texture(this.external(this.colour!, false), screenUV);
    this.depthNode = texture(this.external(this.depth!, true), screenUV);
    const material = new MeshBasicNodeMaterial();
    material.name = 'FieldLayer';
    material.vertexNode = vec4(positionGeometry.xy, 0, 1);
    // The types do not know what this function returns: a vec3.
    const linear = sRGBTransferEOTF(this.colourNode.rgb) as unknown as ReturnType<typeof vec3>;
    material.colorNode = vec4(linear, 1);
    material.depthNode = viewZToPerspectiveDepth(this.depthNode.r.negate(), cameraNear, cameraFar).clamp(0, 1);
    material.toneMapped = false;
    material.fog = false;
    this.mesh = new Mesh(new PlaneGeometry(2, 2), material);
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = -1;
    this.mesh.visible = false;
  }

  /** Takes a new picture of the field; the next three frame shows it. */
  show(encoder: GPUCommandEncoder, packed: PackedView): void {
    if (this.colour!.width !== packed.width || this.colour!.height !== packed.height) {
      this.makeTextures(packed.width, packed.height);
      // A new texture for each size: three takes an external texture's source once and for all.
      const old: Texture[] = [this.colourNode.value, this.depthNode.value];
      this.colourNode.value = this.external(this.colour!, false);
      this.depthNode.value = this.external(this.depth!, true);
      for (const texture of old) texture.dispose();
    }
    packed.copyTo(encoder, this.colour!, this.depth!);
    this.mesh.visible = true;
  }

  hide(): void {
    this.mesh.visible = false;
  }

  private makeTextures(width: number, height: number): void {
    // Work that is under way may still read the old ones: WebGPU keeps them until it has ended.
    this.colour?.destroy();
    this.depth?.destroy();
    const usage = GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST;
    const size = [width, height];
    this.colour = this.device.createTexture({ label: 'FieldLayer.colour', size, format: 'rgba8unorm', usage });
    this.depth = this.device.createTexture({ label: 'FieldLayer.depth', size, format: 'r32float', usage });
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

  destroy(): void {
    this.mesh.geometry.dispose();
    (this.mesh.material as MeshBasicNodeMaterial).dispose();
    this.colour?.destroy();
    this.depth?.destroy();
  }
}
