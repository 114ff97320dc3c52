// WebCodecs for Node: @napi-rs/webcodecs (FFmpeg inside), put on globalThis where mediabunny and video.ts look for
// it. Never imported by the page.

import { optionalPackage } from '../optional-package.ts';
import { createVideoWriter, type VideoOptions, type VideoWriter } from './video.ts';

const NAMES = ['VideoEncoder', 'VideoDecoder', 'VideoFrame', 'EncodedVideoChunk', 'VideoColorSpace'] as const;

/** Leaves alone what is there already. */
export async function registerNodeWebCodecs(): Promise<void> {
  const webcodecs = await optionalPackage('@napi-rs/webcodecs', () => import('@napi-rs/webcodecs'));
  const scope = globalThis as Record<string, unknown>;
  for (const name of NAMES) scope[name] ??= webcodecs[name];
}

export async function createNodeVideoWriter(options: VideoOptions): Promise<VideoWriter> {
  await registerNodeWebCodecs();
  return await createVideoWriter(options);
}
