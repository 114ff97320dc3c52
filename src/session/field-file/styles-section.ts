// What is shown of a field, in its file: the styles of the mix, the regions, and the styles that show in these alone.

import { z } from 'zod';
import { inputError } from '../../errors.ts';
import { REGION_COUNT } from '../../nerf/blend.ts';
import type { FieldConfig } from '../../nerf/config.ts';
import { type Container, type ContainerTensor, containerTensor } from '../../nerf/container.ts';
import { type Appearance, type Field, HashNetwork } from '../../nerf/field.ts';
import type { Preset } from '../presets.ts';
import { labelsOfRuns, runsOf } from '../regions/labels.ts';
import type { KeptRegions } from '../regions/regions.ts';
import { REGION_RESOLUTION } from '../regions/surface-index.ts';
import { fillNetwork, networkTensors, readNetwork, storeNetwork } from '../stored-network.ts';
import { PLAIN_MIX, type StyledAppearance, type StyleMix } from '../style-mix.ts';
import { appearanceMeta, appearanceSchema, networkSizes } from './network-section.ts';
import { type Section, whole } from './section.ts';

const strength = z.number().min(0).max(1);

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
    .object({ styles: z.array(z.object({ index: whole, weight: z.number().nonnegative() })), strength })
    .nullable(),
});

export const stylesSchema = z.object({
  /** The first of the styles that are shown, and their strength. */
  style: styleSchema.extend({ strength }).nullable(),
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
});

type Meta = z.infer<typeof stylesSchema>;

export interface Shown {
  look: StyleMix;
  regions: KeptRegions | null;
}

export interface StylesContent extends Shown {
  field: Field;
  precision: Preset['tables'];
}

export const stylesSection: Section<Meta & { field: FieldConfig }, StylesContent, Shown> = {
  async write({ field, precision, look, regions }) {
    const shown = look.styles.filter(({ weight }) => weight > 0);
    const inRegions = stylesOf({ look: PLAIN_MIX, regions }).filter(
      (style) => !shown.some((one) => one.style === style),
    );
    const stored = [...shown.map(({ style }) => style), ...inRegions];
    const [first, ...mixed] = shown.map(styleMeta);
    const tensors: ContainerTensor[] = [];
    if (regions) {
      const runs = runsOf(regions.labels);
      tensors.push({ name: 'region_runs', shape: [runs.length], dtype: 'u8', data: runs });
    }
    const plain = field.appearance.network;
    for (const [i, style] of stored.entries()) {
      tensors.push(...networkTensors(styleTensor(i), await storeNetwork(style.appearance.network, precision, plain)));
    }
    return {
      meta: {
        field: field.config,
        style: first ? { ...first, strength: look.strength } : null,
        mixed,
        regions: regions && {
          resolution: regions.resolution,
          styles: inRegions.map((style) => styleMeta({ style, weight: 1 })),
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
      },
      tensors,
    };
  },

  read({ meta, container, where }) {
    const shown = meta.style ? [meta.style, ...meta.mixed] : [];
    const styles = [...shown, ...(meta.regions?.styles ?? [])];
    const labels = meta.regions && readLabels(container, meta.regions, styles.length, where);
    const { levels, colour } = networkSizes(meta.field);
    const stored = styles.map((_, i) => readNetwork(container, styleTensor(i), { levels, weightCount: colour }, where));
    return (gpu) => {
      const weighed = styles.map(({ colourMap, viewDependent, names, weight }, i) => {
        const network = new HashNetwork(gpu, 'Field.style', levels, colour);
        fillNetwork(network, stored[i]);
        const appearance: Appearance = { network, colourMap, viewDependent };
        return { style: { appearance, names }, weight };
      });
      const regions = meta.regions &&
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
      return {
        look: meta.style ? { styles: weighed.slice(0, shown.length), strength: meta.style.strength } : PLAIN_MIX,
        regions,
      };
    };
  },
};

/** All styles that are shown, each once. */
export function stylesOf({ look, regions }: { look: StyleMix; regions?: KeptRegions | null }): StyledAppearance[] {
  const inRegions = regions?.list.flatMap((region) => region.look?.styles ?? []) ?? [];
  return [...new Set([...look.styles, ...inRegions].map(({ style }) => style))];
}

const styleMeta = ({ style, weight }: StyleMix['styles'][number]) => ({
  ...appearanceMeta(style.appearance),
  names: style.names,
  weight,
});

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
