// impasto features: which feature networks are here, and what was fetched of them; lets go of that where asked.

import { Command } from 'commander';
import { clearDiskCache, diskCacheBytes } from '../../style/features/weights-node.ts';
import type { Io } from '../io.ts';
import { fetchedFolder, foundNetworks } from '../networks.ts';
import { prepareJson, say, writeJson } from '../output.ts';

interface Options {
  clear?: boolean;
  json?: string;
}

export function featuresCommand(io: Io): Command {
  return new Command('features')
    .description('feature networks found, and what was fetched of them')
    .option('--clear', 'lets go of what was fetched')
    .option('--json <file>', "as JSON, '-' for stdout")
    .action(async (options: Options) => {
      prepareJson(options.json);
      const folder = fetchedFolder();
      const bytes = await diskCacheBytes(folder);
      if (options.clear) await clearDiskCache(folder);
      const networks = foundNetworks();
      await writeJson(io, options.json, { networks, fetched: { folder, bytes, cleared: options.clear === true } });
      const size = `${(bytes / 2 ** 20).toFixed(1)} MB`;
      const lines = networks.map(({ name, found }) => `${name.padEnd(8)} ${found}`);
      say(io, options.json, [...lines, `fetched  ${size} in ${folder}${options.clear ? ', cleared' : ''}`].join('\n'));
    });
}
