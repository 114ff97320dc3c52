// The small feature network as it lies in the package, which is above this file, bundled or not.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { WeightsSource } from '../style/features/network-weights.ts';
import { diskSource } from '../style/features/weights-node.ts';

export function bundledWeightsPath(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const path = join(folder, 'assets/weights/small.json');
    if (existsSync(path) || dirname(folder) === folder) return path;
  }
}

export const bundledWeights = (): WeightsSource => diskSource(bundledWeightsPath());
