// A whole project as one .zip: the field with its regions and what it shows, every painting of it, the photographs where
// they are a person's own, and how the page stood. Each part is a file that the page opens by itself too.
//
//   impasto-project.json   what this is, and everything below `Project` but the parts
//   field.impasto          the field                styles/01.style.impasto ...   its paintings, oldest first
//   photographs/...        the scene's own files, where the scene did not come along with the page

import { type Zippable, zip } from 'fflate';
import { z } from 'zod';
import { inputError } from '../../errors.ts';
import type { FileSource } from '../../scene/types.ts';
import { STYLE_FILE_ENDING } from '../../session/style-file.ts';

export const PROJECT_MARK = 'impasto-project.json';
const FIELD = 'field.impasto';
const STYLES = 'styles/';
const PHOTOGRAPHS = 'photographs/';
const VERSION = 1;

const number = z.number().finite();
const triple = z.tuple([number, number, number]);
/** Plain values by name: what the page does not know of them it leaves. */
const plain = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const projectSchema = z.object({
  kind: z.literal('impasto-project'),
  version: z.literal(VERSION),
  /** The scene's name, and where its photographs are. */
  scene: z.string(),
  photographs: z.enum(['inside', 'bundled', 'none']),
  view: z.object({ position: triple, target: triple }).nullable(),
  shown: z.object({
    styles: z.array(z.object({ id: z.string(), weight: number.min(0) })).max(4),
    strength: number.min(0).max(1),
  }),
  /** Of the panels, by room. */
  settings: z.object({ style: plain, view: plain, export: plain }),
  path: z.object({ name: z.string(), text: z.string() }).nullable(),
});

export type Project = z.infer<typeof projectSchema>;

export interface ProjectParts {
  project: Omit<Project, 'kind' | 'version' | 'photographs'>;
  field: Uint8Array<ArrayBuffer>;
  /** Style files, oldest first. */
  styles: readonly Uint8Array<ArrayBuffer>[];
  /** The scene's own files; 'bundled' where the page has them, null where they are not there. */
  photographs: FileSource | 'bundled' | null;
}

/** Photographs, fields and styles are packed already: the archive only puts them together. */
export async function writeProject({
  project,
  field,
  styles,
  photographs,
}: ProjectParts): Promise<Uint8Array<ArrayBuffer>> {
  const where = typeof photographs === 'string' ? photographs : photographs ? 'inside' : 'none';
  const head: Project = { kind: 'impasto-project', version: VERSION, ...project, photographs: where };
  const files: Zippable = { [PROJECT_MARK]: new TextEncoder().encode(JSON.stringify(head, null, 2)), [FIELD]: field };
  for (const [i, style] of styles.entries())
    files[`${STYLES}${String(i + 1).padStart(2, '0')}${STYLE_FILE_ENDING}`] = style;
  if (photographs && photographs !== 'bundled') {
    for (const path of await photographs.list()) files[PHOTOGRAPHS + path] = await photographs.read(path);
  }
  return await new Promise((resolve, reject) =>
    zip(files, { level: 0 }, (error, bytes) => (error ? reject(error) : resolve(bytes as Uint8Array<ArrayBuffer>))),
  );
}

export const isProject = (paths: readonly string[]): boolean => paths.includes(PROJECT_MARK);

export interface OpenedProject {
  project: Project;
  field: Uint8Array<ArrayBuffer>;
  /** Each with where it lies, for messages. */
  styles: { bytes: Uint8Array<ArrayBuffer>; where: string }[];
  /** Null where they are not inside. */
  photographs: FileSource | null;
}

/** @throws InputError in one sentence where it is no project of ours, or a part is missing */
export async function readProject(source: FileSource): Promise<OpenedProject> {
  const { name } = source;
  const paths = await source.list();
  const project = projectOf(await source.read(PROJECT_MARK), name);
  if (!paths.includes(FIELD)) throw inputError('project', name, `its ${FIELD}`, 'no such file');
  const styles = paths.filter((path) => path.startsWith(STYLES) && path.endsWith(STYLE_FILE_ENDING)).sort();
  const inside = paths.filter((path) => path.startsWith(PHOTOGRAPHS));
  if (project.photographs === 'inside' && inside.length === 0)
    throw inputError('project', name, `the photographs of ${project.scene}`, 'none');
  return {
    project,
    field: await source.read(FIELD),
    styles: await Promise.all(
      styles.map(async (path) => ({ bytes: await source.read(path), where: `${name}/${path}` })),
    ),
    photographs: inside.length
      ? {
          name: project.scene,
          list: async () => inside.map((path) => path.slice(PHOTOGRAPHS.length)),
          read: (path) => source.read(PHOTOGRAPHS + path),
        }
      : null,
  };
}

function projectOf(bytes: Uint8Array, where: string): Project {
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw inputError(PROJECT_MARK, where, 'JSON', 'something else');
  }
  const { version } = (content ?? {}) as { version?: unknown };
  if (typeof version === 'number' && version > VERSION)
    throw inputError('project', where, `version ${VERSION}, which this page reads`, `version ${version}`);
  const parsed = projectSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw inputError(
    `'${issue.path.join('.')}' of ${PROJECT_MARK}`,
    where,
    'a project written by Impasto',
    issue.message,
  );
}
