// Options of how a field is painted, for every command that paints.

import type { Command } from 'commander';
import { inputError } from '../errors.ts';
import type { StylizeOptions } from '../session/types.ts';
import { lossNamed } from '../style/losses/index.ts';
import { COLOUR_CHOICES, type ColourChoice, DEFAULT_COLOURS } from '../style/palette.ts';
import { PAINTING_SETTINGS, type PaintingSettings, SETTING_NAMES, type SettingName } from '../style/settings.ts';
import { lossText, PAINTING_LOSS, STYLE_LOSSES, type WeightedLoss } from '../style/style-config.ts';
import { LAYER_NAMES, type LayerName } from '../style/types.ts';
import { colours, decimal, losses, wholeNumber } from './options.ts';

/** Settings that every painting command has by their own names. */
const SHARED = SETTING_NAMES.filter((name) => name !== 'steps' && name !== 'strength');

export interface PaintingOptions extends Partial<Omit<PaintingSettings, 'steps' | 'strength'>> {
  loss?: readonly WeightedLoss[];
  colours?: ColourChoice;
}

export function paintingOptions(command: Command): Command {
  command.option(
    '--loss <name[:weight],...>',
    `${STYLE_LOSSES.join(', ')}, or several by weight (default: ${lossText(PAINTING_LOSS)}; photorealistic: gram)`,
    losses,
  );
  command.option(
    '--colours <how>',
    `${COLOUR_CHOICES.join(', ')}: what the scene's become (default: ${DEFAULT_COLOURS})`,
    colours,
  );
  for (const name of SHARED) settingOption(command, name);
  return command;
}

/** Adds the option of one setting: its flag is its name, or another where a command has more than one kind of it. */
export function settingOption(command: Command, name: SettingName, flag = `--${kebab(name)}`): Command {
  const setting = PAINTING_SETTINGS[name];
  if (setting.kind === 'flag') return command.option(flag, setting.help);
  const { range, whole, help, default: usual } = setting;
  const [least, most] = range;
  const text = most < 2 ** 31 ? `${help}, ${least} to ${most}` : help;
  const parse = whole ? wholeNumber(flag, least, most) : decimal(flag, least, most);
  return command.option(`${flag} <x>`, text, parse, usual >= least ? usual : undefined);
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** What the session is asked for. */
export function paintingOf(options: PaintingOptions): Omit<StylizeOptions, 'styles'> {
  const { colours, keepColours, photorealistic } = options;
  if (colours && colours !== 'kept' && keepColours)
    throw inputError('--colours', null, 'kept, or no --keep-colours beside it', colours);
  if (colours === 'palette' && photorealistic)
    throw inputError('--colours', null, 'linear or kept beside --photorealistic', colours);
  const settings = Object.fromEntries(SHARED.map((name) => [name, options[name]]));
  return { ...settings, colours: options.colours, loss: lossesAsked(options) };
}

/**
 * The highest layer that the losses look at, where the network is fetched layer by layer; relu4_1 at least, so that what
 * was fetched for one loss serves most others.
 */
export function topLayer(options: PaintingOptions): LayerName {
  const layers = new Set(lossesAsked(options).flatMap(({ name }) => lossNamed(name).styleLayers));
  return LAYER_NAMES.findLast((layer) => layer === 'relu4_1' || layers.has(layer))!;
}

/** What the photographs' colours are taken to without strokes is statistics of the style: there is nothing to match. */
const lossesAsked = ({ loss, photorealistic }: PaintingOptions): readonly WeightedLoss[] =>
  loss ?? (photorealistic ? [{ name: 'gram', weight: 1 }] : PAINTING_LOSS);
