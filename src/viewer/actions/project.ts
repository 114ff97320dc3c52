// The project: everything that is open, in one file, and back again.

import { Cancelled, InputError } from '../../errors.ts';
import type { FileSource } from '../../scene/types.ts';
import { SETTING_NAMES } from '../../style/settings.ts';
import { STYLE_LOSSES } from '../../style/style-config.ts';
import { download, fileName } from '../download.ts';
import { linkTo } from '../link.ts';
import { openPhotographs, openProjectField } from '../opening.ts';
import type { Page } from '../page.ts';
import type { PageState } from '../page-state.ts';
import { type Project, readProject, writeProject } from '../project/project-file.ts';
import type { Action } from './action.ts';

/** Of the panels, what goes with a project. */
const STYLE = [...SETTING_NAMES, 'loss', 'withLoss', 'withWeight'] as const;
const VIEW = ['grid', 'gridHeight', 'cameras', 'gizmo', 'detail', 'baked'] as const;
const EXPORT = ['container', 'width', 'height', 'fps', 'frames'] as const;

/** What settings of words may say. */
const CHOICES: Record<string, readonly string[]> = {
  loss: STYLE_LOSSES,
  withLoss: ['none', ...STYLE_LOSSES],
  container: ['mp4', 'webm'],
};

export async function saveProject(page: Page): Promise<void> {
  if (!page.needsScene()) return;
  const { session, store, viewport, notices } = page.parts;
  await page.caught(async () => {
    const { scene, style, view, export: video } = store.state;
    const isBundled = store.state.bundledScenes.some(({ title }) => title === scene!.name);
    const pick = <T extends object>(from: T, names: readonly (keyof T & string)[]) =>
      Object.fromEntries(names.map((name) => [name, from[name] as string | number | boolean]));
    const project = {
      scene: scene!.name,
      view: viewport.rig.standpoint(),
      shown: { styles: session.state.shown.filter(({ id }) => id !== 'painting'), strength: style.strength },
      settings: { style: pick(style, STYLE), view: pick(view, VIEW), export: pick(video, EXPORT) },
      path: page.path,
    };
    const photographs = isBundled ? 'bundled' : page.photographs;
    const bytes = await page.library.inTurn(async () => {
      const field = await session.save();
      const styles: Uint8Array<ArrayBuffer>[] = [];
      for (const { id } of session.library.styles) styles.push(await session.library.export(id));
      return await writeProject({ project, field, styles, photographs });
    });
    const name = `${fileName(scene!.name)}-project.zip`;
    download(name, 'application/zip', bytes);
    const bare = !isBundled && !page.photographs ? ', without its photographs: they are not open' : '';
    notices.show('info', `${name} is saved, ${(bytes.length / 1e6).toFixed(1)} MB${bare}`);
  });
}

/** What is there stays until the project's field is there whole; a painting that cannot be read is told of and left out. */
export async function openProject(page: Page, source: FileSource): Promise<void> {
  await page.caught(async () => {
    const { project, field, styles, photographs } = await readProject(source);
    const { session, store, viewport, notices } = page.parts;
    const opened = await page.guarded('load', `opening ${source.name}`, async (signal) => {
      await openProjectField(page, field, source.name);
      for (const { bytes, where } of styles) {
        if (signal.aborted) throw new Cancelled();
        try {
          await session.library.import(bytes, where);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          notices.show('warning', `${error.message}; it was left out`);
        }
      }
      if (photographs) await openPhotographs(page, photographs, signal);
      takeUp(page, project);
    });
    if (!opened) return;
    if (project.view) viewport.rig.standAt(project.view);
    const { trainViews } = store.state.scene!;
    const own = project.photographs === 'none' ? ', without its photographs: drop them to train or paint' : '';
    notices.show('info', `${project.scene} is open, ${styles.length} paintings, ${trainViews} cameras${own}`);
  });
}

/** What is shown and how the panels stood; values that are none of theirs change nothing. */
function takeUp(page: Page, { shown, settings, path }: Project): void {
  const { session, store } = page.parts;
  const there = new Set(session.library.styles.map(({ id }) => id));
  session.show({ styles: shown.styles.filter(({ id }) => there.has(id)), strength: shown.strength });
  const fits = (name: string, now: unknown, said: unknown) =>
    typeof said === typeof now && (!(name in CHOICES) || CHOICES[name].includes(String(said)));
  const known = <T extends object>(now: T, said: Project['settings']['style'], names: readonly (keyof T & string)[]) =>
    Object.fromEntries(
      names.flatMap((name) => (fits(name, now[name], said[name]) ? [[name, said[name]]] : [])),
    ) as Partial<T>;
  const { style, view, export: video } = store.state;
  store.update('style', known<PageState['style']>(style, settings.style, STYLE));
  store.update('view', known<PageState['view']>(view, settings.view, VIEW));
  store.update('export', known<PageState['export']>(video, settings.export, EXPORT));
  if (path) void page.commands.openCameraPath(path.text, path.name);
}

/** Scene, style and settings as an address, in the clipboard; of own files it says nothing. */
export async function copyLink({ store, parts }: Page): Promise<void> {
  const link = linkTo(store.state, location.href);
  try {
    await navigator.clipboard.writeText(link);
    parts.notices.show('info', `The link is copied: ${link}`);
  } catch {
    // Denied: there to be copied by hand.
    parts.notices.show('info', link);
  }
}

export const ACTIONS: readonly Action[] = [
  {
    id: 'project.link',
    title: 'Copy link',
    help: 'copy scene, style and settings as a link',
    keys: ['l'],
    run: copyLink,
  },
  {
    id: 'project.save',
    title: 'Save project',
    help: 'save everything as one file',
    keys: ['ctrl+s'],
    enabled: ({ training }) => training.trainedPreset !== null,
    run: saveProject,
  },
];
