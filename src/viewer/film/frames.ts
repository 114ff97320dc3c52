// What the filmstrip shows, as a plain list: the original, one's own paintings, then every style that came along, each
// with how it stands. A style that was painted shows the scene in it; one that was not shows its picture.

import { fractionOf } from '../job-line.ts';
import type { Job } from '../job-queue.ts';
import type { BundledStyle, PageState, PaintedStyle } from '../page-state.ts';

/**
 * `new`: not painted yet. `painting`, `waiting`: in hand, or behind what is. `unfinished`: cut short. `ready`: there at
 * once, painted here or fetched.
 */
export type FrameState = 'ready' | 'painting' | 'waiting' | 'unfinished' | 'new';

export interface Frame {
  /** The same while it stands for the same. */
  key: string;
  name: string;
  thumbnail: string | null;
  state: FrameState;
  /** Of the strokes, 0..1: painting and unfinished. */
  share: number | null;
  /** On the screen, alone or in a mix. */
  shown: boolean;
  /** Of the library's painting; null of what is not in it. */
  id: string | null;
  /** The bundled style that a click begins, or fetches finished. */
  bundled: BundledStyle | null;
  /** How it was painted. */
  detail: string;
}

const NEEDED = [
  'scene',
  'shipped',
  'bundledStyles',
  'library',
  'jobs',
  'style',
  'progress',
  'export',
  'training',
] as const satisfies (keyof PageState)[];
type Needed = Pick<PageState, (typeof NEEDED)[number]>;

export const ORIGINAL = 'original';

export function framesOf(state: Needed): Frame[] {
  const { scene, library, bundledStyles, jobs } = state;
  if (!scene && bundledStyles.length === 0) return [];
  const titles = new Set(bundledStyles.map(({ title }) => title));
  const own = library.styles.filter(({ name }) => !titles.has(name));
  const inHand = jobs.filter(({ kind, style, of }) => kind === 'stylize' && style && !of);
  const ownJobs = inHand.filter(({ style }) => !titles.has(style!));
  const along = state.shipped.find(({ title }) => title === scene?.name)?.styles.map(({ title }) => title) ?? [];
  // What is there at a click comes first.
  const ordered = [...bundledStyles].sort((a, b) => Number(along.includes(b.title)) - Number(along.includes(a.title)));
  return [
    ...(scene ? [originalFrame(state)] : []),
    ...own.map((style) => paintedFrame(style, state)),
    ...ownJobs.map((job) => jobFrame(job, state, null)),
    ...ordered.flatMap((style) => bundledFrames(style, state, inHand)),
  ];
}

/** The same list while nothing of it changes. The page's state changes with every frame that is drawn; this seldom does. */
export function framesAsTheyChange(): (state: Needed) => readonly Frame[] {
  let seen: readonly unknown[] = [];
  let frames: readonly Frame[] = [];
  return (state) => {
    const parts = NEEDED.map((name) => state[name]);
    if (parts.every((part, i) => part === seen[i])) return frames;
    seen = parts;
    const next = framesOf(state);
    if (JSON.stringify(next) !== JSON.stringify(frames)) frames = next;
    return frames;
  };
}

function originalFrame({ scene, library, training }: Needed): Frame {
  const now = library.fadesTo?.styles ?? library.shown;
  return {
    key: ORIGINAL,
    name: 'Original',
    thumbnail: scene!.cover,
    state: 'ready',
    share: null,
    shown: now.length === 0 && training.trainedPreset !== null,
    id: null,
    bundled: null,
    detail: '',
  };
}

function paintedFrame(style: PaintedStyle, state: Needed, picture: string | null = null): Frame {
  const { library, jobs } = state;
  const now = library.fadesTo?.styles ?? library.shown;
  const { id, name, thumbnail, unfinished, detail } = style;
  const goesOn = jobs.findIndex(({ of }) => of === id);
  return {
    key: id,
    name,
    thumbnail: thumbnail ?? picture,
    state: goesOn === 0 ? 'painting' : goesOn > 0 ? 'waiting' : unfinished ? 'unfinished' : 'ready',
    share: goesOn === 0 ? fractionOf(state) : unfinished && unfinished.laid / unfinished.planned,
    shown: now.some((shown) => shown.id === id),
    id,
    bundled: null,
    detail,
  };
}

function jobFrame(job: Job, state: Needed, bundled: BundledStyle | null): Frame {
  const { chosen } = state.style;
  const isFirst = state.jobs[0] === job;
  const picture = chosen?.name === job.style ? chosen!.thumbnail : null;
  return {
    key: `job ${job.style} ${isFirst ? '' : state.jobs.indexOf(job)}`,
    name: job.style!,
    thumbnail: bundled ? pictureOf(bundled) : picture,
    state: isFirst ? 'painting' : 'waiting',
    share: isFirst ? (fractionOf(state) ?? 0) : null,
    shown: isFirst && state.library.shown.some(({ id }) => id === 'painting'),
    id: null,
    bundled,
    detail: '',
  };
}

/** Its paintings, one that is under way, and where there is neither what it looks like. */
function bundledFrames(style: BundledStyle, state: Needed, inHand: readonly Job[]): Frame[] {
  const { title } = style;
  const painted = state.library.styles.filter(({ name }) => name === title);
  const frames = [
    ...painted.map((one) => paintedFrame(one, state, pictureOf(style))),
    ...inHand.filter((job) => job.style === title).map((job) => jobFrame(job, state, style)),
  ];
  if (frames.length > 0) return frames;
  const { shipped, scene, training } = state;
  const field = shipped.find(
    (one) => one.title === scene?.name && one.steps === training.step && one.preset === training.trainedPreset,
  );
  const isReady = field?.styles.some((one) => one.title === title) ?? false;
  const waits = state.style.waiting && state.style.chosen?.name === title;
  return [
    {
      key: `style ${title}`,
      name: title,
      thumbnail: pictureOf(style),
      state: waits ? 'waiting' : isReady ? 'ready' : 'new',
      share: null,
      shown: false,
      id: null,
      bundled: style,
      detail: '',
    },
  ];
}

const pictureOf = ({ file }: BundledStyle) => `./styles/thumbs/${file}`;

/** How it stands, for those who do not see it. */
export function stateWords({ state, share, shown }: Pick<Frame, 'state' | 'share' | 'shown'>): string {
  const percent = share === null ? '' : ` ${Math.round(100 * share)} %`;
  const words: Record<FrameState, string> = {
    ready: shown ? 'shown' : 'ready',
    painting: `being painted,${percent}`,
    waiting: 'waits for its turn',
    unfinished: `unfinished at${percent}`,
    new: 'not painted yet',
  };
  return words[state];
}
