// The cameras as transforms.json (nerfstudio's form): camera-to-world, OpenGL axes, +Z up, intrinsics in pixels of the
// full picture, for each frame its own.

import type { PosesResult } from '../poses.ts';
import { placedCamera, placementOf } from '../reconstruct/place.ts';
import { fullLens } from './full-lens.ts';

/** @param pathOf what a frame's picture is called in the file */
export function transformsOfPoses(result: PosesResult, pathOf: (name: string) => string = (name) => name): string {
  const { photographs, model } = result;
  const placement = placementOf(
    model,
    photographs.map(({ orientation }) => orientation),
  );
  const frames = photographs.flatMap((photograph, camera) => {
    if (!model.registered[camera]) return [];
    const lens = fullLens(result, camera);
    const m = placedCamera(model, camera, placement);
    return [
      {
        file_path: pathOf(photograph.name),
        fl_x: lens.focal,
        fl_y: lens.focal,
        cx: lens.cx,
        cy: lens.cy,
        w: photograph.fullWidth,
        h: photograph.fullHeight,
        k1: lens.k1,
        k2: lens.k2,
        p1: 0,
        p2: 0,
        transform_matrix: [0, 4, 8, 12].map((row) => m.slice(row, row + 4)),
      },
    ];
  });
  return `${JSON.stringify({ camera_model: 'OPENCV', frames }, null, 1)}\n`;
}
