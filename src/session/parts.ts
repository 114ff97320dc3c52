// What a session is made of, for the files that do its work: each takes what it needs of these.

import { inputError } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { hasPhotographs } from '../scene/picture.ts';
import type { Scene } from '../scene/types.ts';
import type { Emitter } from './emitter.ts';
import type { FieldDisplay } from './field-display.ts';
import type { KernelCache } from './kernel-cache.ts';
import type { StyleLibrary } from './library.ts';
import type { OpenField } from './open-field.ts';
import type { SessionRegions } from './regions/regions.ts';
import type { SessionNetwork } from './session-network.ts';
import type { SessionEvents, SessionState } from './types.ts';

export interface SessionParts {
  gpu: Gpu;
  emitter: Emitter<SessionEvents>;
  /** Told to everybody; written by whom it is of. */
  state: SessionState;
  kernels: KernelCache;
  display: FieldDisplay;
  library: StyleLibrary;
  regions: SessionRegions;
  network: SessionNetwork;
  open: OpenField;
}

/** @throws InputError where no photographs are at hand */
export function sceneWithPictures({ scene }: SessionState): Scene {
  if (!scene) throw inputError('scene', null, 'photographs', 'none');
  if (!hasPhotographs(scene)) {
    throw inputError(`photographs of ${scene.name}`, null, 'its folder or archive to be open', 'only the checkpoint');
  }
  return scene;
}

/** Tells how many of so many are done. */
export function emitProgress(
  emitter: Emitter<SessionEvents>,
  task: SessionEvents['progress']['task'],
  done: number,
  total: number,
  what: string,
): void {
  emitter.emit('progress', { task, fraction: done / total, text: `${done} of ${total} ${what}` });
}
