// The package's entry `./three`: the field as an object of anybody's three.js scene. Needs three (a peer) and a
// WebGPURenderer on the session's device: `createSession(gpuOf(renderer))`.

export { cameraFromThree, poseInField } from './field-camera.ts';
export {
  FieldMesh,
  type FieldMeshEvents,
  type FieldMeshOptions,
  type FieldSource,
  type RenderedField,
  type UpdateOptions,
} from './field-mesh.ts';
export { FrameBudget, type Size } from './frame-budget.ts';
export { gpuOf } from './renderer-gpu.ts';
