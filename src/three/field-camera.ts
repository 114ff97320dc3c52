// Between three's camera and ours. Both look down -z with +Y up; ours has a row-major matrix and intrinsics in
// pixels, three's a column-major one and a projection that may be off centre.

import { Matrix4, type PerspectiveCamera, Vector3 } from 'three/webgpu';
import { inputError } from '../errors.ts';
import type { Camera, Distortion } from '../scene/types.ts';

/** Our camera for three's at a picture size. The camera's matrices must be up to date. */
export function cameraFromThree(camera: PerspectiveCamera, width: number, height: number): Camera {
  return fieldCamera(camera.matrixWorld, camera, width, height, null);
}

/** Our camera from where it stands in the field, and three's lens. */
export function fieldCamera(
  cameraToField: Matrix4,
  { projectionMatrix }: PerspectiveCamera,
  width: number,
  height: number,
  distortion: Distortion | null,
): Camera {
  const e = cameraToField.elements;
  const p = projectionMatrix.elements;
  return {
    width,
    height,
    fx: (p[0] * width) / 2,
    fy: (p[5] * height) / 2,
    cx: ((1 - p[8]) * width) / 2,
    cy: ((1 + p[9]) * height) / 2,
    distortion,
    cameraToWorld: [0, 1, 2, 3].flatMap((row) => [e[row], e[4 + row], e[8 + row], e[12 + row]]),
  };
}

const IDENTITY = new Matrix4();
/** Scales of three axes that differ by more than this share are not one scale. */
const UNIFORM = 1e-3;

/**
 * Where a camera stands in a field that is moved, turned and scaled in the world.
 * @returns the camera's pose in the field, without scale, and how many world units one of the field's is
 * @throws InputError where the three axes are scaled differently: rays would bend
 */
export function poseInField(camera: Matrix4, field: Matrix4): { cameraToField: Matrix4; unit: number } {
  // The very same numbers where nothing was moved.
  if (field.equals(IDENTITY)) return { cameraToField: camera, unit: 1 };
  const axes = [0, 1, 2].map((i) => new Vector3().setFromMatrixColumn(field, i).length());
  const unit = axes[0];
  const odd = axes.find((length) => Math.abs(length - unit) > UNIFORM * unit);
  if (!(unit > 0) || odd !== undefined)
    throw inputError('scale', 'FieldMesh', 'the same above 0 along x, y and z', axes.map((n) => n.toFixed(3)).join());
  const cameraToField = field.clone().invert().multiply(camera);
  // Depth is measured in the field's own units: directions keep their length, positions do not.
  const e = cameraToField.elements;
  for (let column = 0; column < 3; column++) for (let row = 0; row < 3; row++) e[4 * column + row] *= unit;
  return { cameraToField, unit };
}
