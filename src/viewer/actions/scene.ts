// Scenes, works and files: opened, gone on with, saved.

import { openFiles as filesAsSource } from '../../scene/files-source.ts';
import type { FileSource } from '../../scene/types.ts';
import { clearOpfsCache } from '../../style/features/weights-web.ts';
import type { SnapshotInfo } from '../autosave/field-snapshot.ts';
import { download, fileName } from '../download.ts';
import { kindOf } from '../dropped-files.ts';
import { droppedNetwork } from '../network.ts';
import { bundledSource, openCheckpoint, openScene, openShipped } from '../opening.ts';
import type { Page } from '../page.ts';
import { pickFiles } from '../panels/pick-files.ts';
import type { Action } from './action.ts';

export async function openBundled(page: Page, name: string): Promise<void> {
  const found = page.store.state.bundledScenes.find((scene) => scene.name === name);
  if (!found) {
    page.parts.notices.show('error', `Scene '${name}' is not among the bundled ones`);
    return;
  }
  page.store.patch({ opening: false });
  const field = page.store.state.shipped.find(({ scene }) => scene === name);
  await (field ? openShipped(page, field) : openScene(page, found.title, bundledSource(found)));
}

/** Goes on with a work that was kept, by default the last; bundled photographs come when they are needed. */
export async function goOn(page: Page, id?: string): Promise<void> {
  const { autosave, notices, store } = page.parts;
  const { works } = store.state;
  const work = id === undefined ? works[0] : works.find((one) => one.id === id);
  const bytes = work && (await autosave.read(work.id));
  if (!work || !bytes) {
    notices.show('info', work ? `${work.scene} is kept no more` : 'Nothing was kept by an earlier visit');
    return;
  }
  await openCheckpoint(page, bytes, `what was kept of ${work.scene}`, work);
}

/** A kept work goes for good, if that is meant. */
export async function deleteWork(page: Page, { id, scene }: SnapshotInfo): Promise<void> {
  const question = {
    title: `Delete ${scene}?`,
    text: 'What this browser keeps of it goes for good. Files that you saved are not touched.',
    yes: 'Delete it',
    no: 'Keep it',
  };
  await page.caught(async () => {
    if (await page.parts.ask(question)) await page.parts.autosave.delete(id);
  });
}

/** VGG-19 of an address is kept by this browser until it is let go of here. */
export async function clearNetwork({ parts }: Page): Promise<void> {
  const there = await clearOpfsCache();
  parts.notices.show('info', there ? 'The fetched network is kept no more' : 'No fetched network was kept');
}

/** Dropped, pasted or picked files: scene, checkpoint, feature network or style by what they are. */
export async function openFiles(page: Page, opening: Promise<FileSource>): Promise<void> {
  await page.caught(async () => {
    const source = await opening;
    const kind = await kindOf(source);
    if (kind === 'project') {
      await page.commands.openProject(source);
      return;
    }
    if (kind === 'scene') {
      await openScene(page, source.name, async () => source);
      return;
    }
    if (kind === 'network') {
      const name = await page.parts.session.useNetwork(await droppedNetwork(source));
      page.parts.notices.show('info', `Strokes are painted with ${name} from now on`);
      return;
    }
    if (kind === 'painted') {
      for (const path of await source.list()) await page.library.import(await source.read(path), path);
      return;
    }
    const [path] = await source.list();
    const bytes = await source.read(path);
    await (kind === 'checkpoint' ? openCheckpoint(page, bytes, path) : page.commands.chooseStyle(bytes, path));
  });
}

export async function saveCheckpoint(page: Page): Promise<void> {
  if (!page.needsScene()) return;
  const { session, store } = page.parts;
  await page.caught(async () => {
    const bytes = await session.save();
    const name = fileName(store.state.scene?.name ?? 'scene', ...store.state.style.applied);
    download(`${name}.impasto`, 'application/octet-stream', bytes);
    page.parts.notices.show('info', `${name}.impasto is saved`);
  });
}

const pick = (page: Page, options: Parameters<typeof pickFiles>[0]) =>
  void pickFiles(options).then((files) => openFiles(page, filesAsSource(files)));

export const ACTIONS: readonly Action[] = [
  {
    id: 'scene.open-folder',
    title: 'Open folder',
    run: (page) => pick(page, { folder: true }),
  },
  {
    id: 'scene.open-file',
    title: 'Open file',
    run: (page) => pick(page, { accept: '.zip,.impasto,application/zip' }),
  },
  {
    id: 'scene.save',
    title: 'Save field',
    enabled: ({ scene }) => scene !== null,
    run: saveCheckpoint,
  },
  {
    id: 'scene.clear-network',
    title: 'Clear fetched network',
    run: clearNetwork,
  },
];
