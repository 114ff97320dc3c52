// What a person can set about a painting, each setting once: the type of StylizeOptions, the command's flag and help, the
// page's control and its state are made from this table. A new setting is an entry here and the place where it is used.

/** Of numbers that know no other bound. */
const MOST = 2 ** 31;

interface Described {
  /** Beside the control in the page. */
  label: string;
  /** In the command's help. */
  help: string;
}

export interface NumberSetting extends Described {
  kind: 'number';
  /** Least and most, both allowed. */
  range: readonly [number, number];
  /** What the page's slider spans, where that is less, and what it goes by. */
  slider: readonly [number, number];
  step: number;
  whole: boolean;
  /** In words: of what; empty for plain factors. */
  unit: string;
  default: number;
}

export interface FlagSetting extends Described {
  kind: 'flag';
  default: boolean;
}

export type Setting = NumberSetting | FlagSetting;

type NumberParts = Omit<NumberSetting, 'kind' | 'slider' | 'whole' | 'unit'> &
  Partial<Pick<NumberSetting, 'slider' | 'whole' | 'unit'>>;

const number = (parts: NumberParts): NumberSetting => ({
  kind: 'number',
  slider: parts.range,
  whole: false,
  unit: '',
  ...parts,
});

const flag = (parts: Described): FlagSetting => ({ kind: 'flag', default: false, ...parts });

/** In the order that help and panel show them. */
export const PAINTING_SETTINGS = {
  strength: number({
    range: [0, 1],
    step: 0.01,
    default: 1,
    label: 'strength',
    help: '0 is the original, 1 the style',
  }),
  brush: number({
    range: [0.5, 2],
    step: 0.05,
    default: 1,
    label: 'brush size',
    help: 'size of the strokes',
  }),
  contentWeight: number({
    range: [0, 100],
    slider: [0, 4],
    step: 0.05,
    default: 1,
    label: 'keep content',
    help: 'what of the photographs is kept',
  }),
  keepColours: flag({ label: 'keep colours', help: "strokes of the style in the scene's own colours" }),
  photorealistic: flag({
    label: 'colours only',
    help: "the style's colours and mood, no strokes: every edge stays",
  }),
  instant: flag({
    label: 'at once, roughly',
    help: 'few steps on a schedule of their own: a preview in an eighth of the time',
  }),
  steps: number({
    range: [1, MOST],
    slider: [0, 600],
    step: 10,
    whole: true,
    unit: 'steps',
    // Not of the range: as many as the preset takes.
    default: 0,
    label: 'steps (0 = auto)',
    help: 'style steps (default: by preset)',
  }),
  viewSide: number({
    range: [16, 4096],
    slider: [0, 1024],
    step: 16,
    whole: true,
    unit: 'pixels',
    // Not of the range: the preset's.
    default: 0,
    label: 'view size (0 = auto)',
    help: 'long side of the views that are painted: larger ones show finer strokes (default: by preset)',
  }),
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof PAINTING_SETTINGS;

export type ValueOf<S extends Setting> = S extends NumberSetting ? number : boolean;

/** All of them, none missing. */
export type PaintingSettings = { [K in SettingName]: ValueOf<(typeof PAINTING_SETTINGS)[K]> };

export const SETTING_NAMES = Object.keys(PAINTING_SETTINGS) as SettingName[];

/** As they are where nobody has said otherwise. */
export function defaultSettings(): PaintingSettings {
  const entries = Object.entries(PAINTING_SETTINGS).map(([name, setting]) => [name, setting.default]);
  return Object.fromEntries(entries) as PaintingSettings;
}

/** The same with what was given; what is undefined counts as not given. */
export function settingsOf(given: Partial<PaintingSettings>): PaintingSettings {
  const said = Object.entries(given).filter(([name, value]) => name in PAINTING_SETTINGS && value !== undefined);
  return { ...defaultSettings(), ...Object.fromEntries(said) };
}
