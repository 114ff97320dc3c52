// The fields that ship trained, and finished paintings of them: what the page opens with, before a single photograph is
// fetched or anything learnt. Each file is fetched when it is to be shown.

import type { ImpastoSession } from '../session/types.ts';
import { fetchBytes } from './fetch-source.ts';
import type { BundledScene, PageState } from './page-state.ts';
import type { Store } from './store.ts';

/** A painting of a shipped field: the style alone, to be laid over it. */
export interface ShippedStyle {
  /** Name and title of the style picture. */
  style: string;
  title: string;
  /** File under fields/. */
  file: string;
}

export interface ShippedField {
  /** Name and title of the bundled scene. */
  scene: string;
  title: string;
  file: string;
  preset: 'quick';
  steps: number;
  styles: ShippedStyle[];
}

/** A picture of a bundled scene, for its button: the first test view where there is one. */
export function coverOf({ path, files }: BundledScene): string | null {
  const pictures = files.filter((file) => /\.(webp|png|jpe?g)$/i.test(file));
  const cover = pictures.find((file) => file.includes('test')) ?? pictures[0];
  return cover ? `./${path}/${cover}` : null;
}

type OnBytes = (done: number, total: number | null) => void;

export const fetchShipped = (file: string, where: string, signal?: AbortSignal, onBytes?: OnBytes) =>
  fetchBytes(`./fields/${file}`, where, signal, onBytes);

/** The shipped field that the page shows, learnt no further; null where it shows another. */
export function shownField({ shipped, scene, training }: PageState): ShippedField | null {
  const found = shipped.find(({ title }) => title === scene?.name);
  const same = found && training.step === found.steps && training.trainedPreset === found.preset;
  return same ? found : null;
}

/** The finished painting of what is shown in this style, if there is one. */
export function readyStyle(state: PageState, title: string): ShippedStyle | null {
  return shownField(state)?.styles.find((style) => style.title === title) ?? null;
}

/** Loads a shipped field, plain. */
export async function loadShippedField(
  session: ImpastoSession,
  field: ShippedField,
  signal: AbortSignal,
  onBytes: OnBytes,
): Promise<void> {
  await session.load(await fetchShipped(field.file, field.title, signal, onBytes), field.title);
}

/** The first field in its first style, until a hand is laid on the picture: the welcome lies beside it. */
export function endsWelcome(store: Store<PageState>, host: HTMLElement): void {
  const end = () => store.state.opening && store.patch({ opening: false });
  host.addEventListener('pointerdown', end);
  host.addEventListener('wheel', end, { passive: true });
}
