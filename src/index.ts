// The package's entry `.`: what page and command are made of, for anybody's own program. Two layers. The upper one is a
// session: load, train, paint, render, save, by typed events. The lower one is what a session is made of: the device,
// the field, its renderer and trainer, the losses. Nothing here needs a page, Node or three.js; for these there are
// ./three and ./node.

import type { Gpu } from './gpu/device.ts';
import { createSession as openSession, type SessionOptions } from './session/session.ts';
import type { ImpastoSession } from './session/types.ts';
import { smallNetwork } from './style/features/small-network.ts';

/**
 * A session on this device. Paints with the small network that comes along, unless another is given.
 * @example const session = await createSession(await Gpu.open());
 */
export function createSession(gpu: Gpu, options: Partial<SessionOptions> = {}): Promise<ImpastoSession> {
  return openSession(gpu, { bundledNetwork: smallNetwork, ...options });
}

export { Cancelled, InputError } from './errors.ts';
// Views, videos and files out
export { pathFromJson, pathToJson, turntable, turntableFor } from './export/camera-path.ts';
export { encodePng } from './export/png.ts';
export * from './export/render-path.ts';
export { createVideoWriter, type VideoOptions, type VideoWriter } from './export/video.ts';
export {
  type AdapterDetails,
  type AdapterInfo,
  Gpu,
  NoWebGpuError,
  RAISED_LIMITS,
  WANTED_FEATURES,
} from './gpu/device.ts';
// One layer below
export { Kernel, type KernelSource } from './gpu/kernel.ts';
export { Recorder } from './gpu/recorder.ts';
export { Tensor } from './gpu/tensor.ts';
export type { FieldConfig, TrainConfig } from './nerf/config.ts';
export { type Appearance, Field } from './nerf/field.ts';
export { createRenderTarget, destroyRenderTarget, Renderer } from './nerf/renderer.ts';
export { SampleBuffers } from './nerf/sample-buffers.ts';
export { NerfTrainer } from './nerf/trainer.ts';
export type { DifferentiableRenderer, RenderOptions, RenderTarget } from './nerf/types.ts';
// Scenes, pictures and styles in
export { type BrowserDecoder, createBrowserDecoder } from './scene/browser-decoder.ts';
export { openDrop, openFiles } from './scene/files-source.ts';
export { loadScene } from './scene/load.ts';
export type {
  Camera,
  Distortion,
  FileSource,
  LoadSceneOptions,
  Picture,
  PictureDecoder,
  Scene,
  View,
} from './scene/types.ts';
export { openZip } from './scene/zip-source.ts';
export { createFieldResources, destroyFieldResources, type FieldResources } from './session/field-resources.ts';
export { KernelCache } from './session/kernel-cache.ts';
export { PRESET_NAMES, PRESETS, type Preset, type PresetName } from './session/presets.ts';
export type { Region, Regions } from './session/regions/types.ts';
export type { SessionOptions } from './session/session.ts';
export { decodeStyle } from './session/style-picture.ts';
export type * from './session/types.ts';
export type { NetworkWeights, WeightsSource } from './style/features/network-weights.ts';
export { loadFeatureWeights } from './style/features/weights.ts';
export { droppedSource, urlSource } from './style/features/weights-web.ts';
export { createFeatureNetwork } from './style/features/wgsl-network.ts';
export { LOSSES, STYLE_LOSSES, type StyleLossName } from './style/losses/index.ts';
export { defineLoss, type LossDefinition, type StyleLoss } from './style/losses/loss.ts';
export { StyleTrainer } from './style/style-trainer.ts';
export type { FeatureNetwork } from './style/types.ts';
