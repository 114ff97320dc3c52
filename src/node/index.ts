// The package's entry `./node`: WebGPU by Dawn, pictures by sharp, video by FFmpeg's WebCodecs, files from and to the
// disk. The three native packages are optional peers: each is loaded when first used, and said to be missing by name.

export { writeFileAtomic } from '../export/atomic-file.ts';
export { createNodeVideoWriter, registerNodeWebCodecs } from '../export/video-node.ts';
export { closeNodeGpu, openNodeGpu } from '../gpu/node.ts';
export { openFolder, openScenePath } from '../scene/folder-source.ts';
export { nodeDecoder } from '../scene/node-decoder.ts';
export { diskCache, diskSource } from '../style/features/weights-node.ts';
export { readStyle } from './read-style.ts';
export { savePicture, saveVideo } from './save.ts';
export { type NodeSession, type NodeSessionOptions, openNodeSession } from './session.ts';
export { bundledWeights } from './weights.ts';
