// Colour (radiance): survivors through the appearance's hash grid and MLP to rgb, with or without the direction, and the
// same way back. A blend colours each of its parts and adds them up by their shares.

import type { Recorder } from '../../gpu/recorder.ts';
import type { Tensor } from '../../gpu/tensor.ts';
import colourMapWgsl from '../../shaders/common/colour_map.wgsl?raw';
import countersWgsl from '../../shaders/common/counters.wgsl?raw';
import rayWgsl from '../../shaders/common/ray.wgsl?raw';
import regionWeightsWgsl from '../../shaders/common/region_weights.wgsl?raw';
import sampleWgsl from '../../shaders/common/sample.wgsl?raw';
import sphericalHarmonicsWgsl from '../../shaders/common/spherical_harmonics.wgsl?raw';
import unpackF16Wgsl from '../../shaders/common/unpack_f16.wgsl?raw';
import blendColourWgsl from '../../shaders/nerf/blend_colour.wgsl?raw';
import colourBackwardWgsl from '../../shaders/nerf/colour_backward.wgsl?raw';
import colourForwardWgsl from '../../shaders/nerf/colour_forward.wgsl?raw';
import colourWeightsBackwardWgsl from '../../shaders/nerf/colour_weights_backward.wgsl?raw';
import { type Blend, type BlendPart, soleAppearance, visibleParts } from '../blend.ts';
import { constantsWgsl } from '../config.ts';
import { DISPATCH } from '../counters.ts';
import { type Appearance, type ColourMap, IDENTITY_MAP } from '../field.ts';
import type { NerfKernels } from '../kernels.ts';
import { colourBackwardMlp, colourForwardMlp } from '../mlp-wgsl.ts';
import type { SampleBuffers } from '../sample-buffers.ts';
import { WEIGHT_GRADIENT_SCALE } from './density.ts';
import type { EncodeStage } from './encode.ts';
import { kernelCode, sizedKernelCode } from './kernel-code.ts';
import { WEIGHT_CHUNK } from './scan.ts';

const SHARED = [countersWgsl, rayWgsl, sampleWgsl, unpackF16Wgsl, sphericalHarmonicsWgsl];
export const COLOUR_KERNELS = {
  colour_forward: sizedKernelCode(colourForwardWgsl, SHARED, (config) => [
    constantsWgsl(config),
    colourForwardMlp(config),
  ]),
  colour_backward: sizedKernelCode(colourBackwardWgsl, SHARED, (config) => [
    constantsWgsl(config),
    colourBackwardMlp(config),
  ]),
  colour_weights_backward: sizedKernelCode(colourWeightsBackwardWgsl, SHARED, (config) => [constantsWgsl(config)]),
  blend_colour: kernelCode(blendColourWgsl, countersWgsl, colourMapWgsl, regionWeightsWgsl),
};

/** The survivors' colours, and the map that leads from them to the field's final ones. */
export interface Coloured {
  rgb: Tensor; // [3, capacity]
  map: ColourMap;
}

export class ColourStage {
  constructor(
    private readonly kernels: NerfKernels,
    private readonly buffers: SampleBuffers,
    private readonly encode: EncodeStage,
  ) {}

  /**
   * Survivors -> rgb after the logistic, before the colour map.
   * @param viewDependent false hides the direction of every ray from the colours
   */
  forward(rec: Recorder, { network }: Appearance, viewDependent: boolean): void {
    const { buffers: b } = this;
    const counters = b.survivorCounters;
    const at = { position: b.survivorPosition, encoded: b.colourEncoded, counters };
    this.encode.forward(rec, network, at, 'encode_colour');
    rec.run(
      this.kernels.get('colour_forward'),
      { ...this.inputs(network.weights), rgb: b.rgb },
      { stride: b.capacity, view_dependent: viewDependent ? 1 : 0 },
      { indirect: counters, byteOffset: DISPATCH.overMlpGroups },
    );
  }

  /**
   * Colours of a blend: one appearance alone is coloured as it always was; of a mix each part is mapped, clamped and
   * added by its share, into the room of the backward pass, which never runs between the two.
   * @param viewDependent false: no part sees the direction, whether it could or not
   */
  blend(rec: Recorder, blend: Blend, viewDependent: boolean): Coloured {
    const { buffers: b } = this;
    const sole = soleAppearance(blend);
    visibleParts(blend).forEach((part, i) => {
      this.forward(rec, part.appearance, viewDependent && part.appearance.viewDependent);
      if (!sole) this.addPart(rec, part, blend.regions, i === 0);
    });
    return sole ? { rgb: b.rgb, map: sole.colourMap } : { rgb: b.dRgb, map: IDENTITY_MAP };
  }

  private addPart(rec: Recorder, part: BlendPart, regions: Blend['regions'], first: boolean): void {
    const { buffers: b } = this;
    rec.run(
      this.kernels.get('blend_colour'),
      {
        counters: b.survivorCounters,
        survivor_position: b.survivorPosition,
        // Read only where there are regions.
        region_weights: regions?.weights ?? b.survivorSpan,
        rgb: b.rgb,
        blended: b.dRgb,
      },
      {
        stride: b.capacity,
        resolution: regions?.resolution ?? 0,
        first: first ? 1 : 0,
        share_outside: part.shares[0],
        share_inside: part.shares.slice(1, 5),
        colour_map: { rows: part.appearance.colourMap },
      },
      { indirect: b.survivorCounters, byteOffset: DISPATCH.overSamples },
    );
  }

  /** dRgb -> the appearance network's fixed-point gradients. `gain` multiplies both scales. */
  backward(rec: Recorder, { network }: Appearance, viewDependent: boolean, gain = 1): void {
    const { buffers: b, kernels } = this;
    const counters = b.survivorCounters;
    const common = { ...this.inputs(network.weights), d_rgb: b.dRgb };
    const uniforms = { stride: b.capacity, view_dependent: viewDependent ? 1 : 0 };
    rec.run(kernels.get('colour_backward'), { ...common, rgb: b.rgb, d_encoded: b.dEncoded }, uniforms, {
      indirect: counters,
      byteOffset: DISPATCH.overMlpGroups,
    });
    rec.run(
      kernels.get('colour_weights_backward'),
      { ...common, d_weights: network.optimiser!.dWeights },
      { ...uniforms, chunk: WEIGHT_CHUNK, gradient_scale: WEIGHT_GRADIENT_SCALE * gain },
      { indirect: counters, byteOffset: DISPATCH.overColourNeurons },
    );
    this.encode.backward(rec, network, gain, 'encode_colour_backward');
  }

  private inputs(weights: Tensor) {
    const { survivorCounters, colourEncoded, survivorIndex, rayShading } = this.buffers;
    return {
      counters: survivorCounters,
      encoded: colourEncoded,
      survivor_index: survivorIndex,
      ray_shading: rayShading,
      weights,
    };
  }
}
