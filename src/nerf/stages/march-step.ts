// What the shaders need to know of a field's space to walk it: march_step and field_from_scene of space.wgsl.

import type { Field } from '../field.ts';

/** @param coarseness factor on the step: coarse first, since an untrained field gives every ray all its samples */
export function marchStep({ config, unbounded }: Field, coarseness = 1) {
  return {
    unbounded: unbounded ? 1 : 0,
    cone: config.cone * coarseness,
    step_min: config.stepMin * coarseness,
  };
}
