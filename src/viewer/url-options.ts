// What the page's address may ask for, for links, slow machines and tests, e.g.
//   ?scene=still-life&preset=quick&downscale=4&maxTrain=12&steps=60&field=64&present=read-back
// scene       bundled scene opened at once            preset     quick | standard | max
// style       bundled style: shown where it is finished, else only chosen
// brush, keepColours, ..., loss   settings of painting by their names in style/settings.ts; loss=nnfm:1,gram:0.3
// downscale   integer reduction of the pictures       maxTrain, maxTest  at most so many views
// steps       training steps in all                   styleSteps steps of a style
// field       long side of the field's picture in pixels, fixed (no adaption)
// present     canvas | read-back, instead of asking the start-up probe
// features    small, or the address of VGG-19 as .safetensors, which is asked for before it is fetched
// train=0     do not train by itself after a scene was opened
// shipped=0   learn bundled scenes from their photographs, as if no trained field came along; open with none
// Values that cannot be used are ignored.

import { PRESET_NAMES, type PresetName } from '../session/presets.ts';
import { type LinkSettings, settingsIn } from './link.ts';

export interface UrlOptions {
  scene?: string;
  style?: string;
  settings?: LinkSettings;
  preset?: PresetName;
  downscale?: number;
  maxTrain?: number;
  maxTest?: number;
  steps?: number;
  styleSteps?: number;
  field?: number;
  present?: 'canvas' | 'read-back';
  features?: string;
  train: boolean;
  shipped: boolean;
}

export function readUrlOptions(search: string): UrlOptions {
  const query = new URLSearchParams(search);
  const count = (name: string): number | undefined => {
    const value = Number(query.get(name));
    return Number.isInteger(value) && value > 0 ? value : undefined;
  };
  const oneOf = <T extends string>(name: string, allowed: readonly T[]): T | undefined =>
    allowed.find((value) => value === query.get(name));
  const settings = settingsIn(query);
  return {
    scene: query.get('scene') ?? undefined,
    style: query.get('style') ?? undefined,
    ...(Object.keys(settings).length ? { settings } : {}),
    preset: oneOf('preset', PRESET_NAMES),
    downscale: count('downscale'),
    maxTrain: count('maxTrain'),
    maxTest: count('maxTest'),
    steps: count('steps'),
    styleSteps: count('styleSteps'),
    field: count('field'),
    present: oneOf('present', ['canvas', 'read-back'] as const),
    features: query.get('features') || undefined,
    train: query.get('train') !== '0',
    shipped: query.get('shipped') !== '0',
  };
}
