// A scene's field as an `.impasto` file and back: geometry, plain appearance, the styles that are shown, and the cameras,
// each a section of its own.

import { z } from 'zod';
import { inputError } from '../../errors.ts';
import type { Gpu } from '../../gpu/device.ts';
import { Tensor } from '../../gpu/tensor.ts';
import type { FieldConfig } from '../../nerf/config.ts';
import { readContainer, writeContainer } from '../../nerf/container.ts';
import type { Field } from '../../nerf/field.ts';
import type { RayBudget } from '../../nerf/trainer.ts';
import type { Scene } from '../../scene/types.ts';
import { PRESET_NAMES, PRESETS, type PresetName } from '../presets.ts';
import type { KeptRegions } from '../regions/regions.ts';
import { PLAIN_MIX, type StyleMix } from '../style-mix.ts';
import type { Background } from '../types.ts';
import { networkSchema, networkSection } from './network-section.ts';
import { optimiserSchema, optimiserSection } from './optimiser-section.ts';
import { sceneSchema, sceneSection } from './scene-section.ts';
import { whole } from './section.ts';
import { stylesSchema, stylesSection } from './styles-section.ts';

const metaSchema = z.object({
  kind: z.literal('field'),
  preset: z.enum(PRESET_NAMES),
  seed: whole,
  /** What shows behind; older files were white. */
  background: z.enum(['white', 'black']).default('white'),
  ...networkSchema.shape,
  ...optimiserSchema.shape,
  ...stylesSchema.shape,
  ...sceneSchema.shape,
});

type Meta = z.infer<typeof metaSchema>;

export interface FieldFile {
  preset: PresetName;
  steps: number;
  seed: number;
  background: Background;
  field: Field;
  /** What is shown of it. */
  look: StyleMix;
  regions?: KeptRegions | null;
  /** Of the training that goes on; kept with its optimiser. */
  pace?: RayBudget;
  /** Views without pictures (0 x 0): the photographs are not in the file. */
  scene: Scene;
}

/** @param withOptimiser all that training needs to go on as if it had never stopped: about 7 times the size */
export async function writeFieldFile(
  content: Omit<FieldFile, 'background' | 'look'> & Partial<Pick<FieldFile, 'background' | 'look'>>,
  { withOptimiser = false } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { preset, steps, seed, background = 'white', field, look = PLAIN_MIX, regions = null, pace, scene } = content;
  const precision = PRESETS[preset].tables;
  const network = await networkSection.write({ field, precision });
  const shown = await stylesSection.write({ field, precision, look, regions });
  const training = await optimiserSection.write({ field, steps, pace, withOptimiser });
  const cameras = await sceneSection.write(scene);
  const meta: Meta = {
    kind: 'field',
    preset,
    seed,
    background,
    ...network.meta,
    ...training.meta,
    ...shown.meta,
    ...cameras.meta,
    unbounded: field.unbounded,
  };
  const tensors = [network, shown, training, cameras].flatMap((section) => section.tensors);
  return writeContainer({ meta, tensors });
}

/** A file that was read and checked whole, of which nothing is on the GPU yet. */
export interface ParsedField {
  config: FieldConfig;
  /** Makes the field; where it throws, nothing of it is left. */
  make(gpu: Gpu): FieldFile;
}

/** Reads a file into a new field. @throws InputError in one sentence, with nothing left allocated */
export function readFieldFile(gpu: Gpu, bytes: Uint8Array, where: string): FieldFile {
  return parseFieldFile(bytes, where).make(gpu);
}

/** @throws InputError in one sentence */
export function parseFieldFile(bytes: Uint8Array, where: string): ParsedField {
  const container = readContainer(bytes, where);
  if (container.meta.kind === 'style')
    throw inputError('checkpoint', where, 'a whole field', 'a painted style alone, to be opened on its field');
  const parsed = metaSchema.safeParse(container.meta);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw inputError(`header field '${issue.path.join('.')}'`, where, 'a field written by Impasto', issue.message);
  }
  const meta = parsed.data;
  const source = { meta, container, where };
  const network = networkSection.read(source);
  const shown = stylesSection.read(source);
  const training = optimiserSection.read(source);
  const cameras = sceneSection.read(source);
  const { preset, steps, seed, background } = meta;
  const make = (gpu: Gpu): FieldFile => {
    const field = network(gpu);
    training(gpu)(field);
    const pace = meta.optimiser?.pace ?? undefined;
    return { preset, steps, seed, background, field, ...shown(gpu), pace, scene: cameras(gpu) };
  };
  return { config: meta.field, make: (gpu) => Tensor.allOrNone(() => make(gpu)) };
}
