// Cameras of rendered frames as a transforms.json (nerfstudio's form), in the dataset's own world, so that other
// tools can load our frames beside the photographs: camera-to-world, OpenGL axes, pixel centres at +0.5.

import { column, multiply, norm } from '../scene/matrix.ts';
import type { Camera, Scene } from '../scene/types.ts';
import { withUnitAxes } from './rigid.ts';

/** Dataset units a scene unit: what depth maps are multiplied by to agree with the cameras of a transforms.json. */
export function worldUnitsPerSceneUnit(scene: Pick<Scene, 'worldFromScene'>): number {
  return norm(column(scene.worldFromScene, 0));
}

export function transformsJson(
  frames: readonly { file: string; camera: Camera; depthFile?: string }[],
  scene: Pick<Scene, 'worldFromScene'>,
): string {
  return JSON.stringify(
    {
      camera_model: 'OPENCV',
      frames: frames.map(({ file, camera, depthFile }) => {
        const m = withUnitAxes(multiply(scene.worldFromScene, camera.cameraToWorld));
        return {
          file_path: file,
          ...(depthFile === undefined ? {} : { depth_file_path: depthFile }),
          fl_x: camera.fx,
          fl_y: camera.fy,
          cx: camera.cx,
          cy: camera.cy,
          w: camera.width,
          h: camera.height,
          transform_matrix: [0, 4, 8, 12].map((row) => m.slice(row, row + 4)),
        };
      }),
    },
    null,
    1,
  );
}
