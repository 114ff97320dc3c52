// What is open as an address: scene, style and the settings of painting that differ from what they are by themselves. Made
// of what came along with the page only; a person's own files are in no address.

import { defaultSettings, PAINTING_SETTINGS, type PaintingSettings, SETTING_NAMES } from '../style/settings.ts';
import { lossText, STYLE_LOSSES, type StyleLossName } from '../style/style-config.ts';
import { initialState, type PageState } from './page-state.ts';

/** Settings that an address may set, and what it then says. */
export type LinkSettings = Partial<PaintingSettings & Pick<PageState['style'], 'loss' | 'withLoss' | 'withWeight'>>;

const LINKED = SETTING_NAMES.filter((name) => name !== 'steps');

type Linked = Pick<PageState, 'scene' | 'style' | 'bundledScenes' | 'bundledStyles'>;

/** @param page the page's own address */
export function linkTo({ scene, style, bundledScenes, bundledStyles }: Linked, page: string): string {
  const link = new URL(page);
  link.search = link.hash = '';
  const query = link.searchParams;
  const sceneName = bundledScenes.find(({ title }) => title === scene?.name)?.name;
  const styleName = bundledStyles.find(({ title }) => title === style.chosen?.name)?.name;
  if (sceneName) query.set('scene', sceneName);
  if (styleName) query.set('style', styleName);
  const usual = { ...defaultSettings() };
  for (const name of LINKED) if (style[name] !== usual[name]) query.set(name, String(style[name]));
  // In addresses 'steps' are those of training.
  if (style.steps !== usual.steps) query.set('styleSteps', String(style.steps));
  const losses = lossesIn(style);
  if (losses !== lossesIn(initialState().style)) query.set('loss', losses);
  return link.href;
}

function lossesIn({ loss, withLoss, withWeight }: PageState['style']): string {
  if (withLoss === 'none' || withLoss === loss || withWeight === 0) return loss;
  return lossText([
    { name: loss, weight: 1 },
    { name: withLoss, weight: withWeight },
  ]);
}

/** What of an address can be used; the rest of it is ignored. */
export function settingsIn(query: URLSearchParams): LinkSettings {
  const settings: Record<string, number | boolean | string> = {};
  for (const name of LINKED) {
    const setting = PAINTING_SETTINGS[name];
    const said = query.get(name);
    if (said === null) continue;
    if (setting.kind === 'flag') settings[name] = said !== 'false' && said !== '0';
    else if (said !== '' && isWithin(Number(said), setting)) settings[name] = Number(said);
  }
  const [main, beside] = (query.get('loss') ?? '').split(',').map((part) => part.split(':'));
  const isLoss = (name?: string): name is StyleLossName => STYLE_LOSSES.includes(name as StyleLossName);
  if (isLoss(main[0])) {
    const weight = Number(beside?.[1]);
    const both = isLoss(beside?.[0]) && weight > 0 && weight <= 2;
    Object.assign(settings, { loss: main[0], withLoss: both ? beside[0] : 'none' }, both ? { withWeight: weight } : {});
  }
  return settings as LinkSettings;
}

function isWithin(
  value: number,
  { range: [least, most], whole }: { range: readonly [number, number]; whole: boolean },
) {
  return value >= least && value <= most && (!whole || Number.isInteger(value));
}
