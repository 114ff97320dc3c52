// Long tasks in their order: none ends another unasked. The queue by itself, and the page over stand-ins of its parts.

import { describe, expect, it, vi } from 'vitest';
import { Cancelled, inputError } from '../../../src/errors.ts';
import type { StylizeOptions } from '../../../src/session/types.ts';
import { commandsOf } from '../../../src/viewer/actions/index.ts';
import type { Question } from '../../../src/viewer/ask.ts';
import { type JobKind, JobQueue } from '../../../src/viewer/job-queue.ts';
import { Page, type PageParts } from '../../../src/viewer/page.ts';
import { initialState, type PageState } from '../../../src/viewer/page-state.ts';
import { Store } from '../../../src/viewer/store.ts';

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(new Cancelled())));

/** A task that ends when it is told to. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, task: (signal: AbortSignal) => Promise.race([opened, untilAborted(signal)]) };
}

const job = (kind: JobKind, title: string = kind) => ({ kind, title });

describe('JobQueue', () => {
  it('runs one after another in the order in which they were asked for, and says what runs and waits', async () => {
    const told: string[] = [];
    const queue = new JobQueue((jobs) => told.push(jobs.map(({ title }) => title).join(' ')));
    const [first, second] = [gate(), gate()];
    const order: string[] = [];
    const run = (name: string, { task }: ReturnType<typeof gate>) =>
      queue.run(job('stylize', name), async (signal) => {
        order.push(`${name} begins`);
        await task(signal);
        order.push(`${name} ends`);
      });
    const both = [run('a', first), run('b', second)];
    expect(queue.jobs.map(({ title }) => title)).toEqual(['a', 'b']);
    second.open();
    first.open();
    expect(await Promise.all(both)).toEqual([true, true]);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    expect(queue.current).toBeNull();
    expect(told.at(-1)).toBe('');
    expect(told).toContain('a b');
  });

  it('cancels what runs, of one kind or any, and the next begins', async () => {
    const queue = new JobQueue();
    const first = queue.run(job('train'), untilAborted);
    const second = queue.run(job('stylize'), async () => undefined);
    await queue.cancel('export');
    expect(queue.current).toBe('train');
    await queue.cancel('train');
    expect(await first).toBe(false);
    expect(await second).toBe(true);
  });

  it('lets go of what waits without touching what runs', async () => {
    const queue = new JobQueue();
    const { open, task } = gate();
    const first = queue.run(job('train'), task);
    const begun = vi.fn(async () => undefined);
    const others = [queue.run(job('stylize'), begun), queue.run(job('export'), begun)];
    queue.drop('stylize');
    expect(queue.jobs.map(({ kind }) => kind)).toEqual(['train', 'export']);
    const cleared = queue.clear();
    expect(await Promise.all(others)).toEqual([false, false]);
    await cleared;
    open();
    expect(await first).toBe(false);
    expect(begun).not.toHaveBeenCalled();
  });

  it('passes a failure on and is none the worse for it', async () => {
    const queue = new JobQueue();
    const bad = queue.run(job('load'), async () => {
      throw new Error('no');
    });
    const good = queue.run(job('load'), async () => undefined);
    await expect(bad).rejects.toThrow('no');
    expect(await good).toBe(true);
  });
});

function pageOf(answer = true) {
  const nothing = () => undefined;
  const said: string[] = [];
  const asked: Question[] = [];
  const session = {
    state: { busy: 'idle', scene: {}, trainedSteps: 0 },
    on: nothing,
    library: { styles: [] },
    regions: { list: [] },
  };
  const store = new Store<PageState>(initialState());
  const page = new Page({
    session,
    store,
    viewport: { setTints: nothing, setWorking: nothing },
    notices: { show: (_: string, text: string) => said.push(text) },
    autosave: { keep: async () => undefined, settled: async () => undefined },
    url: {},
    ask: async (question: Question) => {
      asked.push(question);
      return answer;
    },
    commandsOf,
  } as unknown as PageParts);
  return { page, said, asked, store };
}

/** A library that holds one finished painting, and takes out and puts back. */
function paintings() {
  const styles: { id: string; names: string[]; options: Record<string, string | number> }[] = [
    { id: 'old', names: ['Old'], options: { steps: 9 } },
  ];
  return {
    styles,
    remove(id: string) {
      const at = styles.findIndex((style) => style.id === id);
      const [gone] = styles.splice(at, 1);
      return { restore: () => void styles.splice(at, 0, gone), drop: () => undefined };
    },
    fingerprint: async () => 'print',
  };
}

describe('Page', () => {
  it('lets a painting wait for the training, and says so', async () => {
    const { page, said, store } = pageOf();
    const { open, task } = gate();
    const training = page.guarded('train', 'learning Fox', task);
    const painting = page.guarded('stylize', 'painting Wave', async () => undefined);
    await Promise.resolve();
    expect(store.state.jobs.map(({ title }) => title)).toEqual(['learning Fox', 'painting Wave']);
    expect(said).toEqual(['Painting Wave comes after learning Fox']);
    open();
    expect(await Promise.all([training, painting])).toEqual([true, true]);
    expect(store.state.busy).toBe('idle');
  });

  it('asks before opening another field ends what runs', async () => {
    for (const answer of [false, true]) {
      const { page, asked } = pageOf(answer);
      const { open, task } = gate();
      const exporting = page.guarded('export', 'the video', task);
      const load = vi.fn(async () => undefined);
      expect(await page.guarded('load', 'opening Boat', load)).toBe(answer);
      expect(asked.map(({ title }) => title)).toEqual(['End the video?']);
      expect(load).toHaveBeenCalledTimes(answer ? 1 : 0);
      open();
      expect(await exporting).toBe(!answer);
    }
  });

  it('goes on with a painting that was cut short, which gives way; undo brings it back', async () => {
    const { page, store } = pageOf();
    const library = paintings();
    const asked: StylizeOptions[] = [];
    const stylize = async (options: StylizeOptions) => {
      asked.push(options);
      const { goOn, signal } = options;
      if (!goOn) await untilAborted(signal!).catch(() => undefined);
      const cut = { loss: 'nnfm:1,gram:0.3', brush: 1.5, steps: 3, planned: 9 };
      library.styles.push({ id: goOn ? 'whole' : 'part', names: ['Wave'], options: goOn ? { steps: 9 } : cut });
    };
    Object.assign(page.parts.session, { library, stylize, show: () => undefined });
    Object.assign(page.parts.session.state, { shown: [], strength: 1 });
    page.parts.session.state.scene!.train = [{ picture: { width: 1 } }] as never;
    page.stylePicture = { name: 'Wave', picture: {} as never };
    const painting = page.commands.paint();
    await vi.waitFor(() => expect(page.jobs.current).toBe('stylize'));
    await Promise.resolve();
    await page.commands.cancelStyle();
    await painting;
    const ids = () => library.styles.map(({ id }) => id);
    expect([ids(), store.state.library.undo]).toEqual([['old', 'part'], 'paint Wave']);
    // A finished one is not gone on with.
    await page.commands.goOnPainting('old');
    page.ownPictures.set('Wave', { picture: {} as never, thumbnail: '' });
    await page.commands.goOnPainting('part');
    expect(asked.slice(1)).toMatchObject([
      { goOn: 'part', brush: 1.5, loss: [{ name: 'nnfm' }, { name: 'gram', weight: 0.3 }] },
    ]);
    expect([ids(), store.state.library.undo]).toEqual([['old', 'whole'], 'go on with Wave']);
    await page.commands.undo();
    expect(ids()).toEqual(['old', 'part']);
    await page.commands.redo();
    expect(ids()).toEqual(['old', 'whole']);
  });

  it('says where the picture is missing that is to be gone on with', async () => {
    const { page, said } = pageOf();
    const library = paintings();
    library.styles.push({ id: 'part', names: ['Wave'], options: { steps: 3, planned: 9 } });
    Object.assign(page.parts.session, { library });
    await page.commands.goOnPainting('part');
    expect(said).toEqual(['The picture of Wave is not here any more: drop it again, then go on']);
  });

  it('asks before one key makes another field of what came along finished', async () => {
    for (const answer of [false, true]) {
      const { page, asked, store } = pageOf(answer);
      const styles = [{ style: 'wave', title: 'Wave', file: 'boat.wave' }];
      const shipped = [{ scene: 'boat', title: 'Boat', file: 'boat', preset: 'quick' as const, steps: 9, styles }];
      const scene = { name: 'Boat', source: '', trainViews: 1, testViews: 0, notes: [], cover: null };
      store.patch({ shipped, scene });
      store.update('training', { step: 9, trainedPreset: 'quick' });
      const train = vi.spyOn(page, 'guarded').mockResolvedValue(true);
      await page.commands.toggleTraining();
      expect(asked.map(({ title }) => title)).toEqual(['Train Boat on?']);
      expect(train).toHaveBeenCalledTimes(answer ? 1 : 0);
      // One's own is trained without a word.
      store.update('training', { step: 12 });
      await page.commands.toggleTraining();
      expect(asked).toHaveLength(1);
    }
  });

  it('is idle again after a task that failed, and says why', async () => {
    const { page, said, store } = pageOf();
    const refused = async () => {
      throw inputError('scene', 'broken.zip', 'photographs', 'none');
    };
    expect(await page.guarded('load', 'opening broken.zip', refused)).toBe(false);
    expect([store.state.busy, store.state.jobs]).toEqual(['idle', []]);
    expect(said).toEqual(['scene in broken.zip: expected photographs, found none']);
  });

  it('takes the last of several openings without asking', async () => {
    const { page, asked } = pageOf();
    const ran: string[] = [];
    const results = ['a', 'b', 'c'].map((name) =>
      page.guarded('load', name, async () => {
        ran.push(name);
      }),
    );
    expect(await Promise.all(results)).toEqual([false, false, true]);
    expect([ran, asked]).toEqual([['c'], []]);
  });

  it('neither trains, undoes nor deletes while a video is made, and Escape ends it with all that waits', async () => {
    const { page, said, store } = pageOf();
    const undone = vi.spyOn(page.history, 'undo');
    const exporting = page.guarded('export', 'the video', untilAborted);
    await vi.waitFor(() => expect(page.jobs.current).toBe('export'));
    await page.commands.undo();
    await page.commands.deletePainted('any');
    expect(undone).not.toHaveBeenCalled();
    expect(said.every((text) => text.startsWith('A video is being made'))).toBe(true);
    void page.commands.toggleTraining();
    expect(store.state.jobs.map(({ kind }) => kind)).toEqual(['export', 'train']);
    // The same again: it does not wait any more.
    await page.commands.toggleTraining();
    expect(store.state.jobs.map(({ kind }) => kind)).toEqual(['export']);
    await page.commands.cancel();
    expect(await exporting).toBe(false);
    expect(store.state.jobs).toEqual([]);
  });
});
