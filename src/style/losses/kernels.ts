// The kernels of all style losses, compiled once per device and shared by every loss object on it.

import type { Gpu } from '../../gpu/device.ts';
import { Kernel } from '../../gpu/kernel.ts';
import adainBackward from '../../shaders/style/adain_backward.wgsl?raw';
import adainStatistics from '../../shaders/style/adain_statistics.wgsl?raw';
import attentionBegin from '../../shaders/style/attention_begin.wgsl?raw';
import attentionFold from '../../shaders/style/attention_fold.wgsl?raw';
import attentionGather from '../../shaders/style/attention_gather.wgsl?raw';
import attentionGradient from '../../shaders/style/attention_gradient.wgsl?raw';
import attentionScores from '../../shaders/style/attention_scores.wgsl?raw';
import attentionWeights from '../../shaders/style/attention_weights.wgsl?raw';
import colourLuminance from '../../shaders/style/colour_luminance.wgsl?raw';
import colourLuminanceBackward from '../../shaders/style/colour_luminance_backward.wgsl?raw';
import colourTransfer from '../../shaders/style/colour_transfer.wgsl?raw';
import content from '../../shaders/style/content.wgsl?raw';
import gramBackward from '../../shaders/style/gram_backward.wgsl?raw';
import gramChunks from '../../shaders/style/gram_chunks.wgsl?raw';
import gramResidual from '../../shaders/style/gram_residual.wgsl?raw';
import lossSum from '../../shaders/style/loss_sum.wgsl?raw';
import nnfmBank from '../../shaders/style/nnfm_bank.wgsl?raw';
import nnfmConcatenate from '../../shaders/style/nnfm_concatenate.wgsl?raw';
import nnfmGradient from '../../shaders/style/nnfm_gradient.wgsl?raw';
import nnfmMatch from '../../shaders/style/nnfm_match.wgsl?raw';
import nnfmMatchSubgroups from '../../shaders/style/nnfm_match_subgroups.wgsl?raw';
import nnfmNormalise from '../../shaders/style/nnfm_normalise.wgsl?raw';
import nnfmReduce from '../../shaders/style/nnfm_reduce.wgsl?raw';
import patchColumns from '../../shaders/style/patch_columns.wgsl?raw';
import patchGradient from '../../shaders/style/patch_gradient.wgsl?raw';
import resizeHalf from '../../shaders/style/resize_half.wgsl?raw';
import resizeHalfBackward from '../../shaders/style/resize_half_backward.wgsl?raw';
import tv from '../../shaders/style/tv.wgsl?raw';

const SOURCES = {
  adain_backward: adainBackward,
  adain_statistics: adainStatistics,
  attention_begin: attentionBegin,
  attention_fold: attentionFold,
  attention_gather: attentionGather,
  attention_gradient: attentionGradient,
  attention_scores: attentionScores,
  attention_weights: attentionWeights,
  patch_columns: patchColumns,
  patch_gradient: patchGradient,
  colour_luminance: colourLuminance,
  colour_luminance_backward: colourLuminanceBackward,
  colour_transfer: colourTransfer,
  content,
  gram_backward: gramBackward,
  gram_chunks: gramChunks,
  gram_residual: gramResidual,
  loss_sum: lossSum,
  nnfm_bank: nnfmBank,
  nnfm_concatenate: nnfmConcatenate,
  nnfm_gradient: nnfmGradient,
  nnfm_match: nnfmMatch,
  nnfm_normalise: nnfmNormalise,
  nnfm_reduce: nnfmReduce,
  resize_half: resizeHalf,
  resize_half_backward: resizeHalfBackward,
  tv,
} as const;

export type StyleKernels = Record<keyof typeof SOURCES, Kernel> & {
  /** Null where there are no subgroups, or too narrow ones. */
  nnfm_match_subgroups: Kernel | null;
};

const compiled = new WeakMap<GPUDevice, Promise<StyleKernels>>();

/** All style kernels of this device; the first call compiles them. */
export function styleKernels(gpu: Gpu): Promise<StyleKernels> {
  let kernels = compiled.get(gpu.device);
  if (!kernels) compiled.set(gpu.device, (kernels = compile(gpu)));
  return kernels;
}

async function compile(gpu: Gpu): Promise<StyleKernels> {
  const entries = Object.entries(SOURCES).map(async ([name, code]) => [name, await Kernel.create(gpu, { name, code })]);
  const subgroups = hasWideSubgroups(gpu)
    ? await Kernel.create(gpu, { name: 'nnfm_match_subgroups', code: nnfmMatchSubgroups })
    : null;
  return { ...Object.fromEntries(await Promise.all(entries)), nnfm_match_subgroups: subgroups };
}

/** nnfm_match_subgroups shares loads among eight lanes. A workgroup of 64 holds whole subgroups up to 64 wide. */
function hasWideSubgroups(gpu: Gpu): boolean {
  const { subgroupMinSize = 0, subgroupMaxSize = 128 } = gpu.adapterInfo;
  return gpu.has('subgroups') && subgroupMinSize >= 8 && subgroupMaxSize <= 64;
}
