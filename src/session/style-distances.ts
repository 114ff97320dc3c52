// How far the views of a field are from a style, beside how well they agree: a grey field agrees perfectly. NNFM and
// Gram distance of the field as it is shown and of the baseline, on the very frames that consistency is measured on.

import { throwIfAborted } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { Tensor } from '../gpu/tensor.ts';
import type { ConsistencyFrame } from '../metrics/consistency.ts';
import { evenly } from '../scene/evenly.ts';
import type { Picture } from '../scene/types.ts';
import { styleDistance } from '../style/score.ts';
import type { FeatureNetwork } from '../style/types.ts';
import type { StyleDistances } from './types.ts';

/** Frames that are judged, evenly spread along the path. */
const JUDGED = 8;

export interface StyleJudge {
  network: FeatureNetwork;
  picture: Picture;
  /** As the preset paints with. */
  styleScale: number;
}

export async function styleDistances(
  gpu: Gpu,
  shown: ConsistencyFrame[],
  plain: ConsistencyFrame[],
  { network, picture, styleScale }: StyleJudge,
  signal?: AbortSignal,
): Promise<StyleDistances> {
  const of = async (frames: ConsistencyFrame[], metric: 'nnfm' | 'gram'): Promise<number> => {
    throwIfAborted(signal);
    const images = evenly(frames, JUDGED, 'middles').map(({ rgb, camera: { width, height } }) =>
      Tensor.from(gpu.device, 'styleDistances.frame', [height, width, 3], rgb),
    );
    try {
      return await styleDistance(gpu, network, images, picture, metric, { styleScale });
    } finally {
      for (const image of images) image.destroy();
    }
  };
  return {
    features: network.name,
    views: Math.min(JUDGED, shown.length),
    nnfm: await of(shown, 'nnfm'),
    gram: await of(shown, 'gram'),
    baseline: { nnfm: await of(plain, 'nnfm'), gram: await of(plain, 'gram') },
  };
}
