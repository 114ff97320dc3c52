// `--region mask.png[@view]=style.jpg[:strength]` and `--region-at x,y[,tolerance][@view]=...`: parts of the field with a
// look of their own. Masks are read before any long work, and lifted before anything is painted.

import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { inputError } from '../errors.ts';
import { REGION_COUNT } from '../nerf/blend.ts';
import { nodeDecoder } from '../scene/node-decoder.ts';
import type { Picture, Scene, View } from '../scene/types.ts';
import { DEFAULT_TOLERANCE } from '../session/regions/grow.ts';
import type { RegionStyles } from '../session/regions/types.ts';
import type { ImpastoSession, StyleInput } from '../session/types.ts';
import { readInput, readStyles } from './inputs.ts';
import { decimal } from './options.ts';

/** Where a region is: a mask, or a place to grow from, in a view (by default the first). */
type Place = { mask: string } | { x: number; y: number; tolerance: number };

export interface RegionArgument {
  place: Place;
  view: string | null;
  /** A picture's path, or null for none: left unpainted. */
  style: string | null;
  strength: number;
}

export interface RegionOptions {
  region?: RegionArgument[];
  regionAt?: RegionArgument[];
  softness?: number;
}

export function regionOptions(command: Command): Command {
  return command
    .option(
      '--region <mask[@view]=style[:strength]>',
      `white parts of a mask over a view (default: the first) get a style of their own, or none; up to ${REGION_COUNT}`,
      region,
    )
    .option(
      '--region-at <x,y[,tolerance][@view]=style[:strength]>',
      `the same for the thing at a pixel of a view; it grows as far as the tolerance lets it, 0 to 1 (default ${DEFAULT_TOLERANCE})`,
      regionAt,
    )
    .option('--softness <s>', "of the regions' borders, scene units (default 0.02)", decimal('--softness', 0, 0.5));
}

/** Gathers repeated options in a list. */
export function region(text: string, before: RegionArgument[] = []): RegionArgument[] {
  const { what, view, style, strength } = split('--region', 'mask.png=style.jpg', text);
  // An @ may be in a file's name.
  const whole = view !== null && existsSync(`${what}@${view}`);
  const place = { mask: whole ? `${what}@${view}` : what };
  return [...before, { place, view: whole ? null : view, style, strength }];
}

export function regionAt(text: string, before: RegionArgument[] = []): RegionArgument[] {
  const { what, view, style, strength } = split('--region-at', 'x,y=style.jpg', text);
  const numbers = what.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [x, y, tolerance = DEFAULT_TOLERANCE] = numbers;
  if (numbers.length > 3 || !(x >= 0 && y >= 0 && tolerance >= 0 && tolerance <= 1))
    throw inputError('--region-at', null, "x,y or x,y,tolerance from 0 to 1 before '='", `'${what}'`);
  return [...before, { place: { x, y, tolerance }, view, style, strength }];
}

function split(option: string, example: string, text: string) {
  const at = text.lastIndexOf('=');
  if (at < 1 || at === text.length - 1) throw inputError(option, null, example, `'${text}'`);
  const [, what, view = null] = /^(.+?)(?:@([^@]+))?$/.exec(text.slice(0, at))!;
  const look = text.slice(at + 1);
  if (look === 'none') return { what, view, style: null, strength: 1 };
  const [, path, strengthText] = /^(.+?)(?::(-?[\d.]+))?$/.exec(look)!;
  const strength = strengthText === undefined ? 1 : Number(strengthText);
  if (!(strength >= 0 && strength <= 1))
    throw inputError(option, null, 'a strength from 0 to 1 after the colon', `'${strengthText}'`);
  return { what, view, style: path, strength };
}

/** Every file that the options name. */
export const regionPaths = ({ region: masks = [], regionAt: places = [] }: RegionOptions): string[] =>
  [...masks, ...places].flatMap(({ place, style }) => [
    ...('mask' in place ? [place.mask] : []),
    ...(style === null ? [] : [style]),
  ]);

export interface ReadRegions {
  list: { argument: RegionArgument; mask: Picture | null; name: string }[];
  /** Each once, by its path. */
  styles: Map<string, StyleInput>;
  softness?: number;
}

/** Before any long work. */
export async function readRegions({
  region: masks = [],
  regionAt: places = [],
  softness,
}: RegionOptions): Promise<ReadRegions> {
  const list = [...masks, ...places];
  if (list.length > REGION_COUNT)
    throw inputError('--region', null, `at most ${REGION_COUNT} regions`, `${list.length}`);
  const styles = new Map<string, StyleInput>();
  const read: ReadRegions['list'] = [];
  for (const argument of list) {
    const { place, style } = argument;
    if (style !== null && !styles.has(style)) styles.set(style, (await readStyles([{ path: style, weight: 1 }]))[0]);
    if ('mask' in place) {
      const mask = await nodeDecoder.decode(await readInput(place.mask, 'mask'), place.mask);
      read.push({ argument, mask, name: basename(place.mask).replace(/\.\w+$/, '') });
    } else {
      read.push({ argument, mask: null, name: `at ${place.x}, ${place.y}` });
    }
  }
  return { list: read, styles, softness };
}

/** Adds the regions to the field that is open. @returns their ids, in the order of the options */
export async function makeRegions(session: ImpastoSession, read: ReadRegions, signal: AbortSignal): Promise<number[]> {
  const { regions, state } = session;
  const ids: number[] = [];
  for (const { argument, mask, name } of read.list) {
    const { region: made } = regions.add(name);
    ids.push(made.id);
    if (read.softness !== undefined) regions.setSoftness(made.id, read.softness);
    const view = viewCalled(state.scene!, argument.view);
    const { place } = argument;
    if (mask) await regions.lift(made.id, view, mask, signal);
    else if ('x' in place) await pickAt(session, made.id, view, place, signal);
    if (regions.list.find(({ id }) => id === made.id)!.cells === 0)
      throw inputError(`region ${name}`, null, `some of what ${view.name} shows`, 'nothing');
  }
  return ids;
}

async function pickAt(
  session: ImpastoSession,
  id: number,
  view: View,
  { x, y, tolerance }: { x: number; y: number; tolerance: number },
  signal: AbortSignal,
): Promise<void> {
  const { width, height } = view.camera;
  if (x >= width || y >= height)
    throw inputError('--region-at', null, `a pixel of ${view.name} (${width}x${height})`, `${x}, ${y}`);
  const target = session.createTarget(width, height);
  try {
    await session.render(view.camera, target, { original: true });
    await session.regions.pick(id, { camera: view.camera, target }, x, y, { tolerance, signal });
  } finally {
    session.destroyTarget(target);
  }
}

/** By its whole name, or by the part that tells it from others. */
function viewCalled({ train, test }: Scene, name: string | null): View {
  if (name === null) return train[0];
  const views = [...train, ...test];
  const bare = (text: string) => text.replace(/\.\w+$/, '');
  const last = (text: string) => text.replace(/^.*\//, '');
  const found =
    views.find((view) => view.name === name) ??
    views.find((view) => bare(view.name) === bare(name)) ??
    views.find((view) => bare(last(view.name)) === bare(name));
  if (!found) throw inputError(`view ${name} of a region`, null, `one like ${train[0].name}`, 'none');
  return found;
}

/** What a region shows. @param ids of the library, by style path */
export const lookOfArgument = (
  { style, strength }: RegionArgument,
  ids: ReadonlyMap<string, string>,
): RegionStyles => ({ styles: style === null ? [] : [{ id: ids.get(style)!, weight: 1 }], strength });
