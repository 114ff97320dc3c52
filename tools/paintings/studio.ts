// Where the sheets of docs/pictures are painted: one trained field, its scene, and paintings of it, each made once and
// kept in out/paintings, so that a run that was stopped goes on where it was.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../src/export/atomic-file.ts';
import { encodePng } from '../../src/export/png.ts';
import { closeNodeGpu, openNodeGpu } from '../../src/gpu/node.ts';
import type { RenderTarget } from '../../src/nerf/types.ts';
import { openScenePath } from '../../src/scene/folder-source.ts';
import { pictureFromRgb } from '../../src/scene/picture.ts';
import { resizedCamera } from '../../src/scene/rays.ts';
import type { Camera, FileSource, Scene } from '../../src/scene/types.ts';
import { viewSize } from '../../src/session/painting.ts';
import { PRESETS } from '../../src/session/presets.ts';
import { createSession } from '../../src/session/session.ts';
import type { ImpastoSession, RenderChoice, StylizeOptions } from '../../src/session/types.ts';
import { diskSource } from '../../src/style/features/weights-node.ts';
import { ASSETS, FIELDS, ROOT, readIndex, sceneEntries } from '../fields/index-file.ts';
import { loadOptions, sceneSource } from '../fields/measure.ts';

const KEPT = join(ROOT, 'out/paintings');

export interface Subject {
  /** What its paintings are kept under. */
  name: string;
  files: FileSource;
  downscale: number;
  /** Path of a trained field. */
  field: string;
  /** Test view (training view where there are none) that is shown. */
  view: number;
  /** Long side of the painted views, pixels: smaller than the preset's, so that marks are large enough for a sheet. */
  viewSide: number;
  /** Path of the network that judges. */
  network: string;
}

const SMALL = join(ASSETS, 'weights/small.json');

/** A scene that ships, with its field. */
export async function bundled(name: string, view: number): Promise<Subject> {
  const entry = sceneEntries().find((scene) => scene.name === name)!;
  const { file, downscale } = readIndex().find(({ scene }) => scene === name)!;
  const files = await sceneSource(entry);
  return { name, files, downscale, field: join(FIELDS, file), view, viewSide: 144, network: SMALL };
}

/** A scene and a field of the user's, by the command's arguments. */
export async function brought(
  name: string,
  scene: string,
  field: string,
  more: Partial<Subject> & { downscale: number },
): Promise<Subject> {
  return { name, files: await openScenePath(scene), field, view: 0, viewSide: 144, network: SMALL, ...more };
}

export class Studio {
  private constructor(
    readonly session: ImpastoSession,
    readonly subject: Subject,
    private readonly scene: Scene,
    private readonly target: RenderTarget,
    readonly cell: { width: number; height: number },
  ) {}

  /** @param side long side of a picture on the sheet, pixels */
  static async open(subject: Subject, side: number): Promise<Studio> {
    const gpu = await openNodeGpu();
    const session = await createSession(gpu, { bundledNetwork: diskSource(subject.network) });
    PRESETS.quick.style.viewSide = subject.viewSide;
    const scene = await session.loadScene(subject.files, loadOptions(subject.downscale));
    await session.load(new Uint8Array(readFileSync(subject.field)), subject.field);
    const { width, height } = scene.train[0].picture;
    const cell = viewSize({ width: 1e4 * width, height: 1e4 * height }, side);
    return new Studio(session, subject, scene, session.createTarget(cell.width, cell.height), cell);
  }

  get camera(): Camera {
    const { test, train } = this.scene;
    return (test.length > 0 ? test : train)[this.subject.view].camera;
  }

  /** Paints, or finds what was painted. @returns its id in the library */
  async painting(key: string, options: StylizeOptions): Promise<string> {
    const { name, viewSide } = this.subject;
    const path = join(KEPT, `${name}.${key}.${options.steps}x${viewSide}.style.impasto`);
    if (existsSync(path)) return (await this.session.library.import(new Uint8Array(readFileSync(path)), path)).id;
    const began = performance.now();
    const { start, end } = await this.session.stylize(options);
    const nearer = Math.round(100 * (1 - end / start));
    const seconds = Math.round((performance.now() - began) / 1000);
    console.error(`${name}, ${key}: ${nearer} % nearer, ${seconds} s`);
    const { id } = this.session.state.shown[0];
    await writeFileAtomic(path, await this.session.library.export(id));
    return id;
  }

  /** The chosen view as PNG. */
  async picture(choice?: RenderChoice): Promise<Buffer> {
    const { width, height } = this.cell;
    await this.session.render(this.camera, this.target, choice);
    return Buffer.from(encodePng(pictureFromRgb(await this.target.rgb.readF32(), width, height)));
  }

  /** One painting by itself. */
  async pictureOf(id: string, strength = 1): Promise<Buffer> {
    this.session.show({ styles: [{ id, weight: 1 }], strength });
    return await this.picture();
  }

  /** The view's render, with the depth that regions are picked by. */
  get rendered() {
    const { width, height } = this.cell;
    return { camera: resizedCamera(this.camera, width, height), target: this.target };
  }

  async close(): Promise<void> {
    const { gpu } = this.session;
    this.session.destroyTarget(this.target);
    this.session.destroy();
    await gpu.idle();
    await new Promise((resolve) => setTimeout(resolve, 0));
    closeNodeGpu(gpu);
  }
}
