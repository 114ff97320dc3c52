// Guided extension of tracks: a point is looked for in every picture that it projects into, among the features that
// have no point yet. It finds what free matching left out and what pairs that were never matched would have found.

import { DESCRIPTOR_NORM } from '../features/descriptor.ts';
import { dotProduct } from '../matching/guided.ts';
import { DESCRIPTOR_LENGTH } from '../types.ts';
import type { Model, Point } from './model.ts';

/** Largest angle of the two descriptors, radians. */
const DISTANCE = 0.5;
const LEAST_PRODUCT = Math.cos(DISTANCE) * DESCRIPTOR_NORM * DESCRIPTOR_NORM;
/** Sizes, brought to the same depth, differ by this factor at most. */
const SIZE_FACTOR = 1.8;
/** Observations whose descriptors are compared. */
const COMPARED = 3;

/** @param error largest distance of a feature to the projection, pixels. @returns observations added */
export function extendTracks(model: Model, error: number): number {
  let added = 0;
  for (let camera = 0; camera < model.features.length; camera++) {
    if (model.registered[camera]) added += extendInto(model, camera, error);
  }
  return added;
}

function extendInto(model: Model, camera: number, error: number): number {
  const grid = new FreeFeatures(model, camera, Math.max(4, 2 * error));
  const { scale, descriptors } = model.features[camera];
  const limit = error * error;
  // Of each feature the best point for it: two points may want the same.
  const best = new Map<number, { index: number; product: number }>();
  model.points.forEach((point, index) => {
    if (!point || point.cameras.includes(camera)) return;
    const place = model.project(camera, point.x, point.y, point.z);
    if (!place) return;
    for (const feature of grid.near(place.u, place.v)) {
      if (model.squaredError(camera, feature, point.x, point.y, point.z) > limit) continue;
      if (!isOfSize(model, point, scale[feature] * place.depth)) continue;
      const product = likeness(model, point, descriptors, feature);
      if (product < LEAST_PRODUCT || product <= (best.get(feature)?.product ?? 0)) continue;
      best.set(feature, { index, product });
    }
  });
  let added = 0;
  for (const [feature, { index }] of best) {
    if (model.points[index]!.cameras.includes(camera)) continue; // has taken another feature of this picture
    model.addObservation(index, camera, feature);
    added++;
  }
  return added;
}

/** Size in the world: sigma in pixels times depth, the same from wherever it is seen. */
function isOfSize(model: Model, point: Point, size: number): boolean {
  const c = point.cameras[0];
  const place = model.project(c, point.x, point.y, point.z);
  if (!place) return false;
  const other = model.features[c].scale[point.features[0]] * place.depth;
  return size < SIZE_FACTOR * other && other < SIZE_FACTOR * size;
}

function likeness(model: Model, point: Point, descriptors: Uint8Array, feature: number): number {
  let best = 0;
  for (let k = 0; k < Math.min(COMPARED, point.cameras.length); k++) {
    const other = model.features[point.cameras[k]].descriptors;
    const at = point.features[k] * DESCRIPTOR_LENGTH;
    best = Math.max(best, dotProduct(descriptors, feature * DESCRIPTOR_LENGTH, other, at));
  }
  return best;
}

/** The features of a picture that have no point, by cells. */
class FreeFeatures {
  readonly #cells = new Map<number, number[]>();
  /** Beyond these there is none. */
  #right = 0;
  #bottom = 0;

  constructor(
    model: Model,
    camera: number,
    readonly side: number,
  ) {
    const { x, y, count } = model.features[camera];
    for (let i = 0; i < count; i++) {
      if (model.pointOf[camera][i] >= 0) continue;
      this.#right = Math.max(this.#right, x[i] + side);
      this.#bottom = Math.max(this.#bottom, y[i] + side);
      const key = this.#key(Math.floor(x[i] / side), Math.floor(y[i] / side));
      const cell = this.#cells.get(key);
      if (cell) cell.push(i);
      else this.#cells.set(key, [i]);
    }
  }

  #key(column: number, row: number): number {
    return (row + 1) * 65536 + column + 1;
  }

  *near(u: number, v: number): Generator<number> {
    if (!(u > -this.side && v > -this.side && u < this.#right && v < this.#bottom)) return;
    const column = Math.floor(u / this.side - 0.5);
    const row = Math.floor(v / this.side - 0.5);
    for (let r = row; r <= row + 1; r++) {
      for (let c = column; c <= column + 1; c++) yield* this.#cells.get(this.#key(c, r)) ?? [];
    }
  }
}
