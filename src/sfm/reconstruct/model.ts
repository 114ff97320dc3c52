// The reconstruction as it grows: which pictures have a pose, which points there are and who sees them.

import { type BundleProblem, LENS_PARAMETERS } from '../bundle/model.ts';
import type { Pose } from '../geometry/p3p.ts';
import type { Features, Lens } from '../types.ts';

export interface Point {
  x: number;
  y: number;
  z: number;
  /** Pictures and features that see it, one after the other. */
  cameras: number[];
  features: number[];
}

export class Model {
  readonly registered: Uint8Array;
  readonly rotations: Float64Array;
  readonly translations: Float64Array;
  /** [G, 5] */
  readonly lenses: Float64Array;
  /** Null where a point was dropped. */
  points: (Point | null)[] = [];
  /** Of each picture, the point that each feature sees; -1: none. */
  readonly pointOf: Int32Array[];

  constructor(
    readonly features: readonly Features[],
    lenses: readonly Lens[],
    readonly lensOf: Int32Array,
  ) {
    this.registered = new Uint8Array(features.length);
    this.rotations = new Float64Array(features.length * 9);
    this.translations = new Float64Array(features.length * 3);
    this.lenses = new Float64Array(lenses.length * LENS_PARAMETERS);
    lenses.forEach(({ focal, k1, k2, cx, cy }, g) => {
      this.lenses.set([focal, k1, k2, cx, cy], g * LENS_PARAMETERS);
    });
    this.pointOf = features.map((f) => new Int32Array(f.count).fill(-1));
  }

  get cameraCount(): number {
    return this.registered.reduce((sum, is) => sum + is, 0);
  }

  get pointCount(): number {
    return this.points.reduce((sum, point) => sum + (point ? 1 : 0), 0);
  }

  pose(camera: number): Pose {
    const t = this.translations;
    return {
      rotation: [...this.rotations.subarray(camera * 9, camera * 9 + 9)],
      translation: [t[camera * 3], t[camera * 3 + 1], t[camera * 3 + 2]],
    };
  }

  register(camera: number, pose: Pose): void {
    this.registered[camera] = 1;
    this.rotations.set(pose.rotation, camera * 9);
    this.translations.set(pose.translation, camera * 3);
  }

  /** Place of a camera in the world. */
  centre(camera: number): [number, number, number] {
    const { rotation: r, translation: t } = this.pose(camera);
    return [
      -(r[0] * t[0] + r[3] * t[1] + r[6] * t[2]),
      -(r[1] * t[0] + r[4] * t[1] + r[7] * t[2]),
      -(r[2] * t[0] + r[5] * t[1] + r[8] * t[2]),
    ];
  }

  addPoint(place: readonly [number, number, number], cameras: number[], features: number[]): number {
    const index = this.points.length;
    this.points.push({ x: place[0], y: place[1], z: place[2], cameras: [...cameras], features: [...features] });
    cameras.forEach((c, k) => {
      this.pointOf[c][features[k]] = index;
    });
    return index;
  }

  addObservation(index: number, camera: number, feature: number): void {
    const point = this.points[index]!;
    point.cameras.push(camera);
    point.features.push(feature);
    this.pointOf[camera][feature] = index;
  }

  /** Takes the k-th observation off a point; the point goes with the last but one. */
  dropObservation(index: number, k: number): void {
    const point = this.points[index]!;
    this.pointOf[point.cameras[k]][point.features[k]] = -1;
    point.cameras.splice(k, 1);
    point.features.splice(k, 1);
    if (point.cameras.length < 2) this.dropPoint(index);
  }

  dropPoint(index: number): void {
    const point = this.points[index];
    point?.cameras.forEach((c, k) => {
      this.pointOf[c][point.features[k]] = -1;
    });
    this.points[index] = null;
  }

  /** Takes a picture's pose away, and it from all points. */
  unregister(camera: number): void {
    this.registered[camera] = 0;
    this.pointOf[camera].forEach((index) => {
      if (index >= 0) this.dropObservation(index, this.points[index]!.cameras.indexOf(camera));
    });
  }

  /** Pixel and depth of a place in a picture; null behind the camera. */
  project(camera: number, x: number, y: number, z: number): { u: number; v: number; depth: number } | null {
    const r = this.rotations;
    const t = this.translations;
    const ra = camera * 9;
    const depth = r[ra + 6] * x + r[ra + 7] * y + r[ra + 8] * z + t[camera * 3 + 2];
    if (!(depth > 1e-9)) return null;
    const px = (r[ra] * x + r[ra + 1] * y + r[ra + 2] * z + t[camera * 3]) / depth;
    const py = (r[ra + 3] * x + r[ra + 4] * y + r[ra + 5] * z + t[camera * 3 + 1]) / depth;
    const la = this.lensOf[camera] * LENS_PARAMETERS;
    const s = px * px + py * py;
    const fd = this.lenses[la] * (1 + s * (this.lenses[la + 1] + s * this.lenses[la + 2]));
    return { u: fd * px + this.lenses[la + 3], v: fd * py + this.lenses[la + 4], depth };
  }

  /** Squared distance of a feature to the projection of a place, pixels^2; infinite behind the camera. */
  squaredError(camera: number, feature: number, x: number, y: number, z: number): number {
    const place = this.project(camera, x, y, z);
    if (!place) return Number.POSITIVE_INFINITY;
    const du = place.u - this.features[camera].x[feature];
    const dv = place.v - this.features[camera].y[feature];
    return du * du + dv * dv;
  }

  /** The points that match `wanted` as a bundle problem, and the indices they have here. */
  problem(wanted: (point: Point, index: number) => boolean = () => true): {
    problem: BundleProblem;
    indices: number[];
  } {
    const indices: number[] = [];
    let observations = 0;
    this.points.forEach((point, index) => {
      if (!point || !wanted(point, index)) return;
      indices.push(index);
      observations += point.cameras.length;
    });
    const points = new Float64Array(indices.length * 3);
    const cameraOf = new Int32Array(observations);
    const pointOf = new Int32Array(observations);
    const pixels = new Float64Array(observations * 2);
    let o = 0;
    indices.forEach((index, p) => {
      const point = this.points[index]!;
      points.set([point.x, point.y, point.z], p * 3);
      point.cameras.forEach((c, k) => {
        cameraOf[o] = c;
        pointOf[o] = p;
        pixels[2 * o] = this.features[c].x[point.features[k]];
        pixels[2 * o + 1] = this.features[c].y[point.features[k]];
        o++;
      });
    });
    const { rotations, translations, lenses, lensOf } = this;
    return { problem: { rotations, translations, lenses, lensOf, points, cameraOf, pointOf, pixels }, indices };
  }

  /** Takes the adjusted points back; poses and lenses were adjusted in place. */
  takePoints(points: Float64Array, indices: readonly number[]): void {
    indices.forEach((index, p) => {
      const point = this.points[index]!;
      [point.x, point.y, point.z] = points.subarray(p * 3, p * 3 + 3);
    });
  }
}
