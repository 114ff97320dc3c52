// impasto info: what this machine has: adapter, features, limits, feature networks.

import { Command } from 'commander';
import { closeNodeGpu, openNodeGpu } from '../../gpu/node.ts';
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
        await writeJson(io, options.json, { adapter: gpu.info, software, features, limits, networks });
        const { vendor, architecture, description } = gpu.info;
        const lines = [
          `adapter   ${[vendor, architecture, description].filter(Boolean).join(', ')}${software ? ' (software)' : ''}`,
          `features  ${features.join(', ') || 'none'}`,
          ...Object.entries(limits).map(([name, value]) => `limit     ${name} ${value.toLocaleString('en')}`),
          ...networks.map(({ name, found }) => `network   ${name}: ${found}`),
        ];
        say(io, options.json, lines.join('\n'));
      } finally {
        closeNodeGpu(gpu);
      }
    });
}
