// impasto info: what this machine has: adapter, features, limits, feature networks; and what each preset would take of
// its memory, computed before anything is made.

import { Command } from 'commander';
import { closeNodeGpu, openNodeGpu } from '../../gpu/node.ts';
import { largestBuffer, memoryOf } from '../../nerf/memory.ts';
import { PRESET_NAMES, PRESETS } from '../../session/presets.ts';
import type { Io } from '../io.ts';
import { foundNetworks } from '../networks.ts';
import { prepareJson, say, writeJson } from '../output.ts';

/** Those that decide what fits and how fast it runs. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupsPerDimension',
  'maxTextureDimension2D',
] as const;

/** For how many photographs memory is told: square ones of the preset's full size. */
const VIEWS = 100;

/** Bytes by part, and whether the adapter's buffers can be as large as the largest. */
function presetMemory(limits: Record<string, number>) {
  return PRESET_NAMES.map((preset) => {
    const pictures = { views: VIEWS, pixels: VIEWS * PRESETS[preset].pictureSide ** 2 };
    const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
    const bytes = memoryOf(PRESETS[preset], pictures);
    return { preset, views: VIEWS, bytes, fits: largestBuffer(PRESETS[preset]) <= most };
  });
}

const mega = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;

export function infoCommand(io: Io): Command {
  return new Command('info')
    .description('adapter, features, limits, feature networks found')
    .option('--json <file>', "as JSON, '-' for stdout")
    .action(async (options: { json?: string }) => {
      prepareJson(options.json);
      const gpu = await openNodeGpu();
      try {
        const features = [...gpu.device.features].sort();
        const limits = Object.fromEntries(LIMITS.map((name) => [name, Number(gpu.device.limits[name])]));
        const networks = foundNetworks();
        const software = gpu.isSoftware;
        const memory = presetMemory(limits);
        await writeJson(io, options.json, { adapter: gpu.info, software, features, limits, networks, memory });
        const { vendor, architecture, description } = gpu.info;
        const lines = [
          `adapter   ${[vendor, architecture, description].filter(Boolean).join(', ')}${software ? ' (software)' : ''}`,
          `features  ${features.join(', ') || 'none'}`,
          ...Object.entries(limits).map(([name, value]) => `limit     ${name} ${value.toLocaleString('en')}`),
          ...memory.map(({ preset, bytes: b, fits }) => {
            const parts = `field ${mega(b.field)}, training ${mega(b.optimiser)}, work ${mega(b.work)}, ${VIEWS} pictures ${mega(b.pictures)}, a style ${mega(b.style)}; bakes up to ${mega(b.bakes)} more`;
            return `memory    ${preset}: ${mega(b.total)} (${parts})${fits ? '' : ': beyond the limits above'}`;
          }),
          ...networks.map(({ name, found }) => `network   ${name}: ${found}`),
        ];
        say(io, options.json, lines.join('\n'));
      } finally {
        closeNodeGpu(gpu);
      }
    });
}
