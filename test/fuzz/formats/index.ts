// All formats that are read.

import type { FuzzTarget } from '../target.ts';
import { fieldFile, styleFile } from './fields.ts';
import { colmapBinary, colmapText, llffNpy, transformsJson } from './scenes.ts';
import { cameraPath, npy, pictureHeaders, ratings } from './small.ts';
import { lpipsHeads, manifest, pickle, safetensors } from './weights.ts';
import { zip } from './zip.ts';

export const TARGETS: readonly FuzzTarget[] = [
  zip,
  transformsJson,
  colmapBinary,
  colmapText,
  llffNpy,
  npy,
  fieldFile,
  styleFile,
  safetensors,
  manifest,
  pickle,
  lpipsHeads,
  cameraPath,
  pictureHeaders,
  ratings,
];
