// The small network that ships, by the addresses of its two files beside the package's code: bundlers see them and bring
// the files along. Read with fetch; Node, whose fetch reads no files, has node/weights.ts.

import type { WeightsSource } from './network-weights.ts';
import { urlSource } from './weights-web.ts';

const MANIFEST = new URL('../../../assets/weights/small.json', import.meta.url);
const TENSORS = new URL('../../../assets/weights/small.bin', import.meta.url);

export const smallNetwork: WeightsSource = {
  name: 'small.json',
  read(relative) {
    // Bundlers may have renamed the files: each is asked for by its own address.
    const source = urlSource(relative === 'small.json' ? MANIFEST : TENSORS);
    return source.read(source.name);
  },
};
