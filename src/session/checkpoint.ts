// The open field as a file's bytes, and a file's field in its place.

import { inputError } from '../errors.ts';
import type { Tensor } from '../gpu/tensor.ts';
import { makeIfRoom } from '../nerf/memory.ts';
import { sameScene } from './base-field.ts';
import { type FieldFile, parseFieldFile, writeFieldFile } from './field-file/field-file.ts';
import { stylesOf } from './field-file/styles-section.ts';
import { createFieldResources, destroyFieldResources, type FieldResources } from './field-resources.ts';
import type { SessionParts } from './parts.ts';
import { regionWeights } from './regions/regions.ts';
import { styleId } from './style-file.ts';

/** Of one step, also while training goes on. @throws InputError where numbers of it are not finite */
export function saveField(
  { state, display, regions, open }: SessionParts,
  options: { withOptimiser?: boolean },
): Promise<Uint8Array<ArrayBuffer>> {
  return open.turns.run(async () => {
    const { preset, seed, field } = open.needed();
    const { trainer } = open;
    if (options.withOptimiser && !field.density.optimiser)
      throw inputError('optimiser', null, 'a field that was trained here', 'one that was only read');
    return writeFieldFile(
      {
        preset,
        seed,
        field,
        steps: trainer?.step ?? state.trainedSteps,
        look: display.mix,
        regions: regions.toKeep(),
        scene: state.scene!,
        background: state.background,
        pace: trainer ? { ...trainer.budget } : undefined,
      },
      options,
    );
  });
}

/** Opens a file's field, when all of it has been read and made. @throws InputError, with nothing changed */
export async function loadField(parts: SessionParts, bytes: Uint8Array<ArrayBuffer>, where: string): Promise<void> {
  const { gpu, emitter, state, display, library, regions, open } = parts;
  const parsed = parseFieldFile(bytes, where);
  const kernels = await parts.kernels.get(parsed.config).catch((cause: Error) => {
    throw inputError('field', where, 'networks that this adapter runs', cause.message);
  });
  const free = ({ file, core, weights }: { file: FieldFile; core: FieldResources; weights: Tensor | null }) => {
    for (const style of stylesOf(file)) style.appearance.network.destroy();
    destroyFieldResources(core);
    weights?.destroy();
  };
  // All of the new field is there before anything of the present one goes.
  const made = await makeIfRoom(
    gpu.device,
    () => {
      const file = parsed.make(gpu);
      const { preset, seed, field } = file;
      const core = createFieldResources(gpu, preset, preset, seed, kernels, field);
      return { file, core, weights: file.regions ? regionWeights(gpu) : null };
    },
    free,
  );
  if (!made) throw inputError('graphics memory', where, 'room for its field beside the present one', 'less');
  const { file, core, weights } = made;
  const styles = stylesOf(file);
  let ids: string[];
  let bits: Uint32Array;
  try {
    [ids, bits] = await Promise.all([
      Promise.all(styles.map(styleId)),
      core.field.occupancyBits.read() as Promise<Uint32Array>,
    ]);
  } catch (cause) {
    free(made);
    throw cause;
  }
  const { scene } = state;
  await open.drop();
  open.take(core);
  core.pace = file.pace;
  Object.assign(state, {
    preset: file.preset,
    trainedSteps: file.steps,
    background: file.background,
    // The photographs stay where they are those that the field was trained on.
    scene: scene && sameScene(scene, file.scene) ? scene : file.scene,
  });
  for (const [i, style] of styles.entries()) library.addAs(ids[i], style);
  display.show(file.look);
  if (file.regions && weights) regions.take(file.regions, bits, weights);
  emitter.emit('changed', { reason: 'load' });
}
