// A monkey at the page: whatever is dropped, clicked, cancelled, undone and reloaded, in whatever order, nothing of the
// page's own goes wrong, everything that was asked comes to an end, and what was kept last opens and is the person's own.
// The engine is a stand-in, time is the test's, the seed says what is done:
//   IMPASTO_MONKEY=2000 npx vitest run --project unit test/unit/viewer/monkey      so many sessions, 400 by default

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { mulberry32 } from '../../../../src/random.ts';
import { commandsOf } from '../../../../src/viewer/actions/index.ts';
import { Autosave } from '../../../../src/viewer/autosave/autosave.ts';
import type { AutosaveStore } from '../../../../src/viewer/autosave/autosave-store.ts';
import type { FieldSnapshot } from '../../../../src/viewer/autosave/field-snapshot.ts';
import { StyleFiles } from '../../../../src/viewer/autosave/style-files.ts';
import { openCheckpoint } from '../../../../src/viewer/opening.ts';
import { Page, type PageParts } from '../../../../src/viewer/page.ts';
import { initialState, type PageState } from '../../../../src/viewer/page-state.ts';
import { followSession } from '../../../../src/viewer/session-events.ts';
import { Store } from '../../../../src/viewer/store.ts';
import { memorySource } from '../../../scene-fixtures.ts';
import { decode, fieldFile, StandInEngine, type StandInField } from './stand-in-engine.ts';

const SESSIONS = Number(process.env.IMPASTO_MONKEY ?? 400);
const FIRST = Number(process.env.IMPASTO_SEED ?? 1);
const DEEDS = 30;
/** Longer than anything waits. */
const QUIET_MS = 120_000;

/** The browser's store, which outlives the page; full now and then. */
class Browser {
  readonly kept = new Map<string, FieldSnapshot>();
  readonly styleFiles = new Map<string, unknown>();
  full = false;

  private refuse(): void {
    if (this.full) throw new DOMException('full', 'QuotaExceededError');
  }

  readonly works: AutosaveStore = {
    list: async () => ({
      works: [...this.kept.values()].map(({ bytes: _, ...info }) => info).sort((a, b) => b.at - a.at),
      unreadable: [],
    }),
    read: async (id) => this.kept.get(id)?.bytes ?? null,
    write: async (snapshot, over) => {
      this.refuse();
      if ((this.kept.get(snapshot.id)?.revision ?? 0) !== over) return false;
      this.kept.set(snapshot.id, snapshot);
      return true;
    },
    delete: async (id) => void this.kept.delete(id),
  };
  readonly styles = {
    entries: async () => [...this.styleFiles] as [string, unknown][],
    set: async (key: string, file: unknown) => {
      this.refuse();
      this.styleFiles.set(key, file);
    },
    delete: async (key: string) => void this.styleFiles.delete(key),
  };
}

/** One visit of the page. */
function visitOf(browser: Browser, random: () => number) {
  const nothing = () => undefined;
  const engine = new StandInEngine(random);
  const store = new Store<PageState>(initialState());
  store.patch({ software: true });
  const said: string[] = [];
  const notices = { show: (level: string, text: string) => void said.push(`${level}: ${text}`) };
  const session = engine as unknown as PageParts['session'];
  const autosave = new Autosave({
    session,
    store: browser.works,
    picture: async () => null,
    onList: (works) => store.patch({ works }),
    onFailure: (text) => notices.show('warning', text),
  });
  const rig = { goHome: nothing, turn: nothing, standAt: nothing, standpoint: () => ({ position: [], target: [] }) };
  const viewport = {
    ...{ setScene: nothing, setViews: nothing, setField: nothing, invalidate: nothing, setTints: nothing },
    ...{ setWorking: nothing, rig },
  };
  const page = new Page({
    session,
    store,
    autosave,
    viewport,
    notices,
    cameraView: { begin: nothing, show: nothing },
    decoder: {
      size: async () => ({ width: 1, height: 1 }),
      decode: async () => ({ width: 1, height: 1, data: new Uint8ClampedArray(4).fill(255) }),
    },
    url: { train: true, shipped: true, steps: 64, styleSteps: 8 },
    styleFiles: new StyleFiles(nothing, browser.styles),
    ask: async () => random() < 0.7,
    commandsOf,
  } as unknown as PageParts);
  followSession(
    session,
    store,
    viewport as unknown as PageParts['viewport'],
    notices as unknown as PageParts['notices'],
  );
  return { page, engine, store, autosave, said };
}

type Visit = ReturnType<typeof visitOf>;

/** What can be done, by name. None waits for the one before. */
const DEEDS_BY_NAME: Record<string, (visit: Visit, random: () => number, browser: Browser) => unknown> = {
  'drop a scene': ({ page }, random) => page.commands.openFiles(Promise.resolve(folder(`scene ${pick(random, 3)}`))),
  'drop a broken scene': ({ page }) => page.commands.openFiles(Promise.resolve(folder('broken'))),
  'drop a style': ({ page }, random) => page.commands.chooseStyle(new Uint8Array(1), `style ${pick(random, 4)}.png`),
  'drop a broken field': ({ page }) => openCheckpoint(page, new Uint8Array(3), 'broken.impasto'),
  'open what came along': ({ page }) =>
    openCheckpoint(page, fieldFile({ scene: 'along', step: 500, shown: [] }), 'what came along'),
  train: ({ page }) => page.commands.toggleTraining(),
  paint: ({ page }) => page.commands.paint(),
  'go on painting': ({ page, store }) => page.commands.goOnPainting(cut(store) ?? ''),
  'stop painting': ({ page, store }) => page.commands.stopPainting(store.state.jobs[0]?.style ?? ''),
  'show the original': ({ page }) => page.commands.showOriginal(),
  clear: ({ page }) => page.commands.clearStyle(),
  show: ({ page, store }, random) => any(store, random, (id) => page.commands.showPainted(id)),
  mix: ({ page, store }, random) => any(store, random, (id) => page.commands.showPainted(id, true)),
  delete: ({ page, store }, random) => any(store, random, (id) => page.commands.deletePainted(id)),
  rename: ({ page, store }, random) => any(store, random, (id) => page.commands.renamePainted(id, 'another name')),
  undo: ({ page }) => page.commands.undo(),
  redo: ({ page }) => page.commands.redo(),
  cancel: ({ page }) => page.commands.cancel(),
  export: ({ page }) =>
    page.guarded(
      'export',
      'the video',
      (signal) =>
        new Promise((end) => {
          const timer = setTimeout(end, 900);
          signal.addEventListener('abort', () => [clearTimeout(timer), end()]);
        }),
    ),
  'go on with a work': ({ page, store }, random) =>
    page.commands.goOn(store.state.works[pick(random, Math.max(1, store.state.works.length))]?.id),
  'fill the store': (_, random, browser) => {
    browser.full = random() < 0.5;
  },
};

const pick = (random: () => number, count: number) => Math.floor(random() * count);
const folder = (name: string) => memorySource({ 'transforms.json': {}, 'images/1.png': {} }, name);
const cut = (store: Visit['store']) => store.state.library.styles.find(({ unfinished }) => unfinished)?.id;
const any = (store: Visit['store'], random: () => number, run: (id: string) => unknown) => {
  const { styles } = store.state.library;
  return styles.length ? run(styles[pick(random, styles.length)].id) : undefined;
};

/** Until everything that was asked has ended and what is new of it is kept. */
const quiet = () => vi.advanceTimersByTimeAsync(QUIET_MS);

function check({ page, engine, store, said }: Visit): void {
  expect(page.jobs.jobs).toEqual([]);
  expect([engine.state.busy, store.state.busy]).toEqual(['idle', 'idle']);
  expect(said.filter((text) => text.includes('went wrong'))).toEqual([]);
  // What is told of is what is there.
  expect(store.state.library.styles.map(({ id }) => id)).toEqual(engine.library.styles.map(({ id }) => id));
  const there = new Set(engine.library.styles.map(({ id }) => id));
  expect(engine.state.shown.filter(({ id }) => !there.has(id))).toEqual([]);
}

/** Each is what is told of it, and what merely came along is never one of them unless it was worked on. */
function checkWorks(browser: Browser): void {
  for (const { scene, step, bytes } of browser.kept.values())
    expect(decode<StandInField>(bytes)).toMatchObject({ scene, step });
}

const unhandled: unknown[] = [];
const hear = (reason: unknown) => void unhandled.push(reason);
beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, 'debug').mockImplementation(() => undefined);
  vi.stubGlobal('matchMedia', () => ({ matches: true }));
  const canvas = { getContext: () => null, toDataURL: () => 'data:,' };
  vi.stubGlobal('document', { createElement: () => canvas });
  vi.stubGlobal('ImageData', class {});
  process.on('unhandledRejection', hear);
});
afterEach(() => {
  process.off('unhandledRejection', hear);
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it(`loses nothing in ${SESSIONS} sessions of ${DEEDS} deeds`, { timeout: 600_000 }, async () => {
  const names = Object.keys(DEEDS_BY_NAME);
  let reopened = 0;
  for (let seed = FIRST; seed < FIRST + SESSIONS; seed++) {
    const random = mulberry32(seed);
    const browser = new Browser();
    let visit = visitOf(browser, random);
    await visit.autosave.begin();
    const done: string[] = [];
    try {
      for (let i = 0; i < DEEDS; i++) {
        if (random() < 0.06) {
          done.push('reload');
          // The tab is gone at once; whatever it still does reaches the store, as another tab's would.
          visit = visitOf(browser, random);
          await visit.autosave.begin();
        }
        const name = names[pick(random, names.length)];
        done.push(name);
        void Promise.resolve(DEEDS_BY_NAME[name](visit, random, browser)).catch(hear);
        await vi.advanceTimersByTimeAsync(2500 * random() ** 2);
        checkWorks(browser);
      }
      browser.full = false;
      await quiet();
      check(visit);
      expect(unhandled).toEqual([]);

      // Another day.
      const last = [...browser.kept.values()].sort((a, b) => b.at - a.at)[0];
      const again = visitOf(browser, random);
      await again.autosave.begin();
      if (!last) continue;
      const opening = again.page.commands.goOn();
      await quiet();
      await opening;
      check(again);
      expect(again.engine.state).toMatchObject({ scene: { name: last.scene }, trainedSteps: last.step });
      expect(again.autosave.work).toEqual({ id: last.id, revision: last.revision });
      reopened++;
    } catch (error) {
      throw new Error(`seed ${seed}: ${done.join(', ')}`, { cause: error });
    }
  }
  // It did come to something.
  expect(reopened).toBeGreaterThan(SESSIONS / 2);
});
