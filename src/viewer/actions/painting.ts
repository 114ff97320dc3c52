// Painting: a style is chosen, painted, cancelled, taken off again.

import type { Picture } from '../../scene/types.ts';
import { decodeStyle } from '../../session/style-picture.ts';
import type { StyleLossChoice, StylizeOptions } from '../../session/types.ts';
import { settingsOf } from '../../style/settings.ts';
import { fetchBytes } from '../fetch-source.ts';
import type { Job } from '../job-queue.ts';
import { fetchPainting, fetchPhotographs } from '../opening.ts';
import type { Page } from '../page.ts';
import type { BundledStyle, PageState } from '../page-state.ts';
import { nameOf } from '../painted-keeper.ts';
import { readyStyle } from '../shipped.ts';
import { thumbnailOf } from '../style-picture.ts';
import { begunWith, unfinishedOf } from '../unfinished.ts';
import type { Action } from './action.ts';
import { onlyShown } from './library.ts';

export async function chooseBundledStyle(page: Page, style: BundledStyle): Promise<void> {
  await page.caught(async () => {
    const ready = readyStyle(page.store.state, style.title);
    if (ready) await page.commands.showPainted(await page.library.inTurn(() => fetchPainting(page, ready)));
    else await chooseStyle(page, await fetchBytes(`./styles/${style.file}`, style.title), style.title);
  });
}

/** What is shown by itself is what is chosen too, where its picture is known: 'Paint again' paints that one. */
export function chooseShown(page: Page): void {
  const { store } = page;
  const id = onlyShown(store.state);
  const name = store.state.library.styles.find((style) => style.id === id)?.name;
  if (name === undefined || name === store.state.style.chosen?.name || store.state.busy === 'stylizing') return;
  const bundled = store.state.bundledStyles.find(({ title }) => title === name);
  const own = page.ownPictures.get(name);
  if (!bundled && !own) return;
  page.stylePicture = own ? { name, picture: own.picture } : null;
  const thumbnail = own?.thumbnail ?? `./styles/thumbs/${bundled!.file}`;
  store.update('style', { chosen: { name, thumbnail } });
}

/** A finished painting is shown, and now the picture itself is needed that it is after. */
async function fetchStylePicture(page: Page): Promise<void> {
  const name = page.store.state.style.chosen?.name;
  if (page.stylePicture || name === undefined) return;
  const picture = await pictureNamed(page, name);
  if (picture) page.stylePicture = { name, picture };
}

/** The picture of a style, one's own of this visit or a bundled one; null where it is neither. */
async function pictureNamed(page: Page, name: string): Promise<Picture | null> {
  const own = page.ownPictures.get(name);
  if (own) return own.picture;
  const { store, decoder } = page.parts;
  const bundled = store.state.bundledStyles.find(({ title }) => title === name);
  return bundled ? await decodeStyle(decoder, await fetchBytes(`./styles/${bundled.file}`, name), name) : null;
}

/** Decodes first: a file that is no picture changes nothing. */
export async function chooseStyle(page: Page, bytes: Uint8Array<ArrayBuffer>, where: string): Promise<void> {
  const { session, store, notices, decoder } = page.parts;
  await page.caught(async () => {
    const picture = await decodeStyle(decoder, bytes, where);
    const name = where.replace(/\.(png|jpe?g|webp|gif|avif|bmp)$/i, '');
    page.stylePicture = { name, picture };
    const thumbnail = thumbnailOf(picture);
    page.ownPictures.set(name, { picture, thumbnail });
    store.update('style', { chosen: { name, thumbnail } });
    if (session.state.trainedSteps > 0) return await paint(page);
    store.update('style', { waiting: true });
    const when = session.state.scene ? 'as soon as the scene is trained' : 'as soon as a scene is open and trained';
    notices.show('info', `${name} will be painted ${when}`);
  });
}

/** Stylizes with the chosen picture and the panel's settings, as they are now. */
export async function paint(page: Page): Promise<void> {
  if (!page.needsScene()) return;
  const { store, url, notices } = page.parts;
  await page.caught(() => fetchStylePicture(page));
  const style = page.stylePicture;
  if (!style) {
    notices.show('info', 'Choose a style first: from the filmstrip, or drop any picture');
    return;
  }
  const loss = lossOf(store.state.style);
  const settings = settingsOf(store.state.style);
  store.update('style', { waiting: false });
  await paintNow(page, style, { ...settings, loss, steps: settings.steps || url.styleSteps });
}

/** In its turn. */
async function paintNow(
  page: Page,
  style: { name: string; picture: Picture },
  options: Omit<StylizeOptions, 'styles'>,
): Promise<void> {
  const { session, store } = page.parts;
  const going = options.goOn === undefined ? 'painting' : 'going on with';
  const task = async (signal: AbortSignal) => {
    store.update('style', { step: 0, stepCount: 0, styleLoss: null });
    await fetchPhotographs(page, signal);
    const known = new Set(session.library.styles.map(({ id }) => id));
    page.library.paintingBegins();
    try {
      await session.stylize({ ...options, styles: [{ ...style, weight: 1 }], signal });
    } finally {
      page.library.paintingEnded(known, options.goOn);
    }
  };
  await page.guarded('stylize', `${going} ${style.name}`, task, { style: style.name, of: options.goOn });
}

/** Goes on with a painting that was cut short, by the settings that it was begun with. */
export async function goOnPainting(page: Page, id: string): Promise<void> {
  const { session, notices } = page.parts;
  const begun = session.library.styles.find((style) => style.id === id);
  if (!begun || !unfinishedOf(begun) || page.jobs.jobs.some(({ kind }) => kind === 'stylize')) return;
  await page.caught(async () => {
    const name = nameOf(begun);
    const picture = await pictureNamed(page, name);
    if (!picture) {
      notices.show('info', `The picture of ${name} is not here any more: drop it again, then go on`);
      return;
    }
    await paintNow(page, { name, picture }, { ...begunWith(begun.options), goOn: id });
  });
}

/** The painting under way ends as it is, and none waits any more. */
export async function cancelStyle(page: Page): Promise<void> {
  page.store.update('style', { waiting: false });
  page.jobs.drop('stylize');
  await page.jobs.cancel('stylize');
}

/** The one of that name ends as it is, or waits no more; others go on. */
export async function stopPainting(page: Page, name: string): Promise<void> {
  if (page.store.state.style.chosen?.name === name) page.store.update('style', { waiting: false });
  const isIt = ({ kind, style }: Job) => kind === 'stylize' && style === name;
  const [first] = page.jobs.jobs;
  page.jobs.drop(isIt);
  if (first && isIt(first)) await page.jobs.cancel('stylize');
}

/** The plain field; what is being painted goes on behind it. */
export async function showOriginal(page: Page): Promise<void> {
  await page.caught(() => page.library.clear());
}

export async function clearStyle(page: Page): Promise<void> {
  await cancelStyle(page);
  await page.parts.autosave.settled();
  await page.caught(() => page.library.clear());
  page.store.update('style', { applied: [], step: 0, stepCount: 0, styleLoss: null });
  page.parts.viewport.invalidate();
}

/** Live, while the slider is held; `endStrength` when it is let go. */
export function setStrength(page: Page, strength: number): void {
  page.library.setStrength(strength);
}

export function endStrength(page: Page): void {
  page.library.endStrength();
}

/** The panel's losses; where nothing is matched stroke by stroke, statistics of the style. */
function lossOf({ loss, withLoss, withWeight, photorealistic }: PageState['style']): StyleLossChoice {
  const main = photorealistic && loss === 'nnfm' ? 'gram' : loss;
  if (withLoss === 'none' || withLoss === main || withWeight === 0) return main;
  return [
    { name: main, weight: 1 },
    { name: withLoss, weight: withWeight },
  ];
}

export const ACTIONS: readonly Action[] = [
  {
    id: 'painting.paint',
    title: ({ style }) => (style.applied.length ? 'Paint again' : 'Paint'),
    help: 'paint with the chosen style',
    keys: ['p'],
    primary: ({ training }) => training.trainedPreset !== null,
    run: paint,
  },
  {
    id: 'painting.cancel',
    title: 'Cancel',
    enabled: ({ jobs, style }) => style.waiting || jobs.some(({ kind }) => kind === 'stylize'),
    run: cancelStyle,
  },
  {
    id: 'painting.clear',
    title: 'Original',
    help: 'back to the original colours',
    keys: ['o'],
    enabled: ({ style }) => style.applied.length > 0,
    run: clearStyle,
  },
];
