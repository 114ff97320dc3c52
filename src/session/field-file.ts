// A scene's field as an `.impasto` file and back: geometry, plain appearance, the styles that are shown, and the cameras,
// so that turntables can be made without the photographs.

import { z } from 'zod';
import { inputError } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { Tensor } from '../gpu/tensor.ts';
import { REGION_COUNT } from '../nerf/blend.ts';
import type { FieldConfig } from '../nerf/config.ts';
import {
  type Container,
  type ContainerTensor,
  containerTensor,
  readContainer,
  writeContainer,
} from '../nerf/container.ts';
import {
  type Appearance,
  colourWeightCount,
  densityWeightCount,
  Field,
  HashNetwork,
  type OptimiserValues,
} from '../nerf/field.ts';
import { type HashLevel, hashLevels } from '../nerf/hash-levels.ts';
import { MOST_MARCH_STEPS, marchSteps } from '../nerf/space.ts';
import type { RayBudget } from '../nerf/trainer.ts';
import type { Scene, View } from '../scene/types.ts';
import { PRESET_NAMES, PRESETS, type PresetName } from './presets.ts';
import { labelsOfRuns, runsOf } from './regions/labels.ts';
import type { KeptRegions } from './regions/regions.ts';
import { REGION_RESOLUTION } from './regions/surface-index.ts';
import { fillNetwork, networkTensors, readNetwork, storeNetwork } from './stored-network.ts';
import { PLAIN_MIX, type StyleMix } from './style-mix.ts';
import type { Background } from './types.ts';

const numbers = (length: number) => z.array(z.number()).length(length);
const whole = z.number().int().nonnegative();

const cameraSchema = z.object({
  width: whole,
  height: whole,
  fx: z.number().positive(),
  fy: z.number().positive(),
  cx: z.number(),
  cy: z.number(),
  distortion: z
    .object({
      model: z.enum(['perspective', 'fisheye']),
      k1: z.number(),
      k2: z.number(),
      k3: z.number(),
      k4: z.number(),
      p1: z.number(),
      p2: z.number(),
    })
    .nullable(),
  cameraToWorld: numbers(16),
});

export const appearanceSchema = z.object({ colourMap: numbers(12), viewDependent: z.boolean() });

const styleSchema = appearanceSchema.extend({
  names: z.array(z.string()),
  weight: z.number().nonnegative().default(1),
});

const regionSchema = z.object({
  id: z.number().int().min(1).max(REGION_COUNT),
  name: z.string(),
  softness: z.number().nonnegative(),
  /** Styles by their place among all of the file; null: as outside. */
  look: z
    .object({
      styles: z.array(z.object({ index: whole, weight: z.number().nonnegative() })),
      strength: z.number().min(0).max(1),
    })
    .nullable(),
});

const metaSchema = z.object({
  kind: z.literal('field'),
  preset: z.enum(PRESET_NAMES),
  steps: whole,
  seed: whole,
  unbounded: z.boolean(),
  /** What shows behind; older files were white. */
  background: z.enum(['white', 'black']).default('white'),
  field: z
    .object({
      levels: z.number().int().min(2).max(32).multipleOf(2),
      log2TableSize: z.number().int().min(4).max(24),
      minResolution: z.number().positive().max(8192),
      maxResolution: z.number().positive().max(65536),
      densityHidden: z.number().int().min(4).max(128).multipleOf(4),
      colourHidden: z.number().int().min(4).max(128).multipleOf(4),
      occupancyResolution: z.number().int().min(32).max(512).multipleOf(32),
      stepMin: z.number().positive(),
      cone: z.number().nonnegative().max(1),
      near: z.number().nonnegative(),
      far: z.number().positive().max(1e6),
      samplesPerRay: z.number().int().positive().max(65536),
    })
    // Nothing in a file may hold a march up: the shaders' walks are bounded by this number.
    .refine(
      (field) => marchSteps(field) <= MOST_MARCH_STEPS,
      `expected a march of at most ${MOST_MARCH_STEPS} steps, found more`,
    ),
  appearance: appearanceSchema,
  /** Adam's counts of weight steps, where the optimisers are in the file; older files know nothing of them. */
  optimiser: z
    .object({
      density: whole,
      appearance: whole,
      pace: z.object({ rays: whole.positive(), ranRays: whole, ranSamples: whole }).nullable(),
    })
    .nullable()
    .default(null),
  /** The first of the styles that are shown, and their strength. */
  style: styleSchema.extend({ strength: z.number().min(0).max(1) }).nullable(),
  /** The others of a mix; older files know nothing of them. */
  mixed: z.array(styleSchema).max(7).default([]),
  /** Regions, where there are any, their labels in the tensor region_runs. */
  regions: z
    .object({
      resolution: z.number().int().min(2).max(512),
      /** Styles that show in regions only. */
      styles: z.array(styleSchema).max(16),
      list: z.array(regionSchema).min(1).max(REGION_COUNT),
    })
    .nullable()
    .default(null),
  scene: z.object({
    name: z.string(),
    source: z.string(),
    hasAlpha: z.boolean(),
    downscale: z.number().positive(),
    sceneFromWorld: numbers(16),
    worldFromScene: numbers(16),
    train: z.array(z.object({ name: z.string(), camera: cameraSchema })).min(1),
    test: z.array(z.object({ name: z.string(), camera: cameraSchema })),
  }),
});

type Meta = z.infer<typeof metaSchema>;

/** A style on a field: its appearance and what it is called, part by part. */
export interface StyledAppearance {
  appearance: Appearance;
  names: string[];
}

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
  const { preset, steps, seed, background = 'white', field, look = PLAIN_MIX, scene } = content;
  const shown = look.styles.filter(({ weight }) => weight > 0);
  const told = ({ style, weight }: StyleMix['styles'][number]) => ({
    ...appearanceMeta(style.appearance),
    names: style.names,
    weight,
  });
  const styles = shown.map(told);
  const regions = content.regions ?? null;
  const inRegions = new Set(regions?.list.flatMap((region) => region.look?.styles.map(({ style }) => style) ?? []));
  for (const { style } of shown) inRegions.delete(style);
  const stored = [...shown.map(({ style }) => style), ...inRegions];
  const precision = PRESETS[preset].tables;
  const plain = field.appearance.network;
  const trained = withOptimiser ? { density: field.density, appearance: plain } : null;
  const views = (list: View[]) => list.map(({ name, camera }) => ({ name, camera }));
  const meta: Meta = {
    kind: 'field',
    preset,
    steps,
    seed,
    unbounded: field.unbounded,
    background,
    field: field.config,
    appearance: appearanceMeta(field.appearance),
    optimiser: trained && {
      density: trained.density.optimiser?.weightStep ?? 0,
      appearance: trained.appearance.optimiser?.weightStep ?? 0,
      pace: content.pace ?? null,
    },
    style: styles.length ? { ...styles[0], strength: look.strength } : null,
    mixed: styles.slice(1),
    regions: regions && {
      resolution: regions.resolution,
      styles: [...inRegions].map((style) => told({ style, weight: 1 })),
      list: regions.list.map(({ id, name, softness, look: of }) => ({
        id,
        name,
        softness,
        look: of && {
          styles: of.styles.map(({ style, weight }) => ({ index: stored.indexOf(style), weight })),
          strength: of.strength,
        },
      })),
    },
    scene: {
      name: scene.name,
      source: scene.source,
      hasAlpha: scene.hasAlpha,
      downscale: scene.downscale,
      sceneFromWorld: scene.sceneFromWorld,
      worldFromScene: scene.worldFromScene,
      train: views(scene.train),
      test: views(scene.test),
    },
  };
  const tensors: ContainerTensor[] = [
    ...networkTensors('density', await storeNetwork(field.density, precision)),
    ...networkTensors('appearance', await storeNetwork(plain, precision)),
    {
      name: 'occupancy_bits',
      shape: [field.occupancyBits.size],
      dtype: 'u32',
      data: (await field.occupancyBits.read()) as Uint32Array<ArrayBuffer>,
    },
  ];
  if (regions) {
    const runs = runsOf(regions.labels);
    tensors.push({ name: 'region_runs', shape: [runs.length], dtype: 'u8', data: runs });
  }
  for (const [i, style] of stored.entries()) {
    tensors.push(...networkTensors(styleTensor(i), await storeNetwork(style.appearance.network, precision, plain)));
  }
  if (trained) {
    for (const [name, network] of Object.entries(trained)) tensors.push(...(await optimiserTensors(name, network)));
    const cells = [field.occupancy.size];
    const lastSeen = (await field.lastSeen.read()) as Uint32Array<ArrayBuffer>;
    tensors.push(
      { name: 'occupancy', shape: cells, dtype: 'f32', data: await field.occupancy.readF32() },
      { name: 'last_seen', shape: cells, dtype: 'u32', data: lastSeen },
    );
  }
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
  const config: FieldConfig = meta.field;
  const levels = hashLevels(config);
  const { table, density, colour } = sizes(config, levels);
  const shownCount = meta.style ? 1 + meta.mixed.length : 0;
  const styles = [...(meta.style ? [meta.style, ...meta.mixed] : []), ...(meta.regions?.styles ?? [])];
  const labels = meta.regions && readLabels(container, meta.regions, styles.length, where);
  const read = (name: string, weightCount: number) => readNetwork(container, name, { levels, weightCount }, where);
  // All is read and checked before the first buffer is made.
  const parts = {
    density: read('density', density),
    appearance: read('appearance', colour),
    styles: styles.map((_, i) => read(styleTensor(i), colour)),
  };
  const cells = config.occupancyResolution ** 3;
  const bits = containerTensor(container, 'occupancy_bits', 'u32', [cells / 32], where);
  const readOptimiser = (name: string, weightCount: number, weightStep: number): OptimiserValues => ({
    master: copied(containerTensor(container, `${name}_master`, 'f32', [table, 2], where)),
    moments: copied(containerTensor(container, `${name}_moments`, 'f32', [table, 4], where)),
    steps: new Uint32Array(containerTensor(container, `${name}_steps`, 'u32', [table], where)),
    weightMoments: copied(containerTensor(container, `${name}_weight_moments`, 'f32', [weightCount, 2], where)),
    weightStep,
  });
  const resumed = meta.optimiser && {
    density: readOptimiser('density', density, meta.optimiser.density),
    appearance: readOptimiser('appearance', colour, meta.optimiser.appearance),
    occupancy: copied(containerTensor(container, 'occupancy', 'f32', [cells], where)),
    lastSeen: new Uint32Array(containerTensor(container, 'last_seen', 'u32', [cells], where)),
  };
  return { config, make: (gpu) => Tensor.allOrNone(() => make(gpu)) };

  function make(gpu: Gpu): FieldFile {
    const field = Field.empty(gpu, config, meta.unbounded);
    fillNetwork(field.density, parts.density);
    fillNetwork(field.appearance.network, parts.appearance);
    Object.assign(field.appearance, meta.appearance);
    field.occupancyBits.write(new Uint32Array(bits));
    const grid = resumed ?? gridFromBits(bits, meta.steps);
    field.occupancy.write(grid.occupancy);
    field.lastSeen.write(grid.lastSeen);
    if (resumed) {
      field.density.resumeOptimiser(resumed.density);
      field.appearance.network.resumeOptimiser(resumed.appearance);
    }
    const weighed = styles.map(({ colourMap, viewDependent, names, weight }, i) => {
      const network = new HashNetwork(gpu, 'Field.style', levels, colour);
      fillNetwork(network, parts.styles[i]);
      return { style: { appearance: { network, colourMap, viewDependent }, names }, weight };
    });
    const look: StyleMix = meta.style
      ? { styles: weighed.slice(0, shownCount), strength: meta.style.strength }
      : PLAIN_MIX;
    const regions: KeptRegions | null = meta.regions &&
      labels && {
        resolution: meta.regions.resolution,
        labels,
        list: meta.regions.list.map(({ look: of, ...region }) => ({
          ...region,
          look: of && {
            styles: of.styles.map(({ index, weight }) => ({ style: weighed[index].style, weight })),
            strength: of.strength,
          },
        })),
      };
    const view = ({ name, camera }: { name: string; camera: View['camera'] }): View => ({
      name,
      camera,
      picture: { width: 0, height: 0, data: new Uint8ClampedArray(0) },
    });
    return {
      preset: meta.preset,
      steps: meta.steps,
      seed: meta.seed,
      background: meta.background,
      field,
      look,
      regions,
      pace: meta.optimiser?.pace ?? undefined,
      scene: {
        ...meta.scene,
        train: meta.scene.train.map(view),
        test: meta.scene.test.map(view),
        unbounded: meta.unbounded,
        notes: [],
      },
    };
  }
}

/** All styles that a file has, each once. */
export function stylesOf({ look, regions }: Pick<FieldFile, 'look' | 'regions'>): StyledAppearance[] {
  const inRegions = regions?.list.flatMap((region) => region.look?.styles ?? []) ?? [];
  return [...new Set([...look.styles, ...inRegions].map(({ style }) => style))];
}

/** Checked whole. */
function readLabels(
  container: Container,
  { resolution, list }: NonNullable<Meta['regions']>,
  styleCount: number,
  where: string,
): Uint8Array<ArrayBuffer> {
  if (resolution !== REGION_RESOLUTION)
    throw inputError('regions', where, `${REGION_RESOLUTION} cells a side`, `${resolution}`);
  for (const { name, look } of list) {
    const wrong = look?.styles.find(({ index }) => index >= styleCount);
    if (wrong) throw inputError(`region '${name}'`, where, `one of ${styleCount} styles`, `number ${wrong.index + 1}`);
  }
  const shape = container.tensors.get('region_runs')?.shape ?? [0];
  const labels = labelsOfRuns(containerTensor(container, 'region_runs', 'u8', shape, where), resolution ** 3);
  if (!labels) throw inputError('region_runs', where, `runs over ${resolution}^3 cells`, 'others');
  return labels;
}

/** Name of the tensors of the i-th style: those that are shown come first. */
const styleTensor = (i: number) => (i === 0 ? 'style' : `style${i + 1}`);

export const appearanceMeta = ({ colourMap, viewDependent }: Appearance) => ({
  colourMap: [...colourMap],
  viewDependent,
});

async function optimiserTensors(name: string, network: HashNetwork): Promise<ContainerTensor[]> {
  const { master, moments, steps, weightMoments } = await network.readOptimiser();
  const [n, weights] = [network.entryCount, network.weightCount];
  return [
    { name: `${name}_master`, shape: [n, 2], dtype: 'f32', data: master },
    { name: `${name}_moments`, shape: [n, 4], dtype: 'f32', data: moments },
    { name: `${name}_steps`, shape: [n], dtype: 'u32', data: steps },
    { name: `${name}_weight_moments`, shape: [weights, 2], dtype: 'f32', data: weightMoments },
  ];
}

/** Thickness that the bits alone vouch for: it outlives one renewal of a cell that turns out to be empty. */
const KNOWN_THICKNESS = 0.02;

/** A grid to go on with where only its bits were kept: what is on was thick, and seen just now. */
function gridFromBits(bits: Uint32Array, step: number) {
  const occupancy = new Float32Array(bits.length * 32);
  const lastSeen = new Uint32Array(bits.length * 32);
  for (let cell = 0; cell < occupancy.length; cell++) {
    if (((bits[cell >> 5] >>> (cell & 31)) & 1) === 0) continue;
    occupancy[cell] = KNOWN_THICKNESS;
    lastSeen[cell] = step;
  }
  return { occupancy, lastSeen };
}

const copied = (values: Float32Array): Float32Array<ArrayBuffer> => new Float32Array(values);

function sizes(config: FieldConfig, levels: HashLevel[]): { table: number; density: number; colour: number } {
  const last = levels[levels.length - 1];
  return {
    table: last.firstEntry + last.entries,
    density: densityWeightCount(config),
    colour: colourWeightCount(config),
  };
}
