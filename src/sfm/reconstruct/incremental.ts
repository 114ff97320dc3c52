// Incremental reconstruction (Schonberger and Frahm 2016): a seed pair, then picture after picture by the points it
// sees, new points, adjustment of all whenever the model has grown by a share, filtering, and at the end everything
// once more with all of the lens free.

import { type AdjustResult, adjust } from '../bundle/adjust.ts';
import { LENS_PARAMETERS } from '../bundle/model.ts';
import type { Features, Lens, VerifiedPair } from '../types.ts';
import { extendTracks } from './extension.ts';
import { Model } from './model.ts';
import { registerCamera, type Sighting, sightings, spreadScore } from './registration.ts';
import { type Seed, seeds } from './seed.ts';
import { accordOf, isContradicted } from './shared-views.ts';
import { buildTracks, type Tracks } from './tracks.ts';
import { filterPoints, triangulateTracks } from './triangulation.ts';

export interface ReconstructionOptions {
  /** Largest reprojection error of an observation, pixels. */
  error: number;
  /** Least angle of a point, radians. */
  angle: number;
  seed: number;
}

/** How far it has come. */
export interface Growth {
  registered: number;
  /** Null until a model is done. */
  best: Model | null;
}

export interface Input {
  features: readonly Features[];
  pairs: readonly VerifiedPair[];
  lenses: readonly Lens[];
  lensOf: Int32Array;
}

const LEAST_SIGHTINGS = 20;
/** All is adjusted again when pictures or points have grown by this. */
const GROWTH = 1.2;
const POINT_GROWTH = 1.5;
/** Pictures of a lens that tell more of it than its focal length. */
const LENS_CAMERAS = 8;
/** Share of the cost that another parameter of the lens must take off to be believed. */
const TELLING = 0.002;
/** Misses that points may have when all are made anew, in those allowed otherwise. */
const REBUILT_ERROR = 4;
/** Seeds tried before giving up. */
const SEEDS = 5;
/** A model that holds this share of the pictures is not tried again from another seed. */
const GOOD_SHARE = 0.9;

export class Incremental {
  readonly tracks: Tracks;
  #model: Model;

  constructor(
    readonly input: Input,
    readonly options: ReconstructionOptions,
  ) {
    this.tracks = buildTracks(input.features, input.pairs);
    this.#model = this.#fresh();
  }

  #fresh(): Model {
    const { features, lenses, lensOf } = this.input;
    return new Model(features, lenses, lensOf);
  }

  /** Yields as it goes; `best` of the last is the largest model that a few seeds lead to, null where none leads to any. */
  *run(): Generator<Growth> {
    let best: Model | null = null;
    const used = new Set<number>();
    const candidates = seeds(this.input.pairs, this.input.features, this.#model.lenses, this.input.lensOf);
    let tried = 0;
    for (const seed of candidates) {
      // Another beginning, not the same once more.
      if (used.has(seed.pair.first) && used.has(seed.pair.second)) continue;
      if (tried++ >= SEEDS) break;
      used.add(seed.pair.first).add(seed.pair.second);
      this.#model = this.#fresh();
      if (!this.#begin(seed)) continue;
      for (const registered of this.#grow()) yield { registered, best };
      if (!best || this.#model.cameraCount > best.cameraCount) best = this.#model;
      if (best.cameraCount >= GOOD_SHARE * this.input.features.length) break;
    }
    if (best) {
      this.#model = best;
      for (const registered of this.#finish()) yield { registered, best };
    }
    yield { registered: best?.cameraCount ?? 0, best };
  }

  #begin({ pair, pose }: Seed): boolean {
    const model = this.#model;
    model.register(pair.first, { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] });
    model.register(pair.second, pose);
    triangulateTracks(model, this.tracks, this.#wide(), [pair.first, pair.second]);
    if (model.pointCount < LEAST_SIGHTINGS) return false;
    this.adjustAll([], 20);
    filterPoints(model, this.#limits());
    return model.pointCount >= LEAST_SIGHTINGS;
  }

  #limits() {
    return { error: this.options.error, angle: this.options.angle };
  }

  /** While poses are rough, points may miss by more. */
  #wide() {
    return { error: 2 * this.options.error, angle: this.options.angle };
  }

  *#grow(): Generator<number> {
    const model = this.#model;
    let [cameras, points] = [2, model.pointCount];
    const failed = new Map<number, number>();
    for (;;) {
      const batch = this.#next(failed);
      if (batch.length === 0) {
        // A last adjustment may have made room for those that failed.
        if (failed.size === 0 || model.cameraCount === cameras) break;
        this.#consolidate();
        [cameras, points] = [model.cameraCount, model.pointCount];
        failed.clear();
        continue;
      }
      for (const { camera, seen } of batch) {
        const options = { error: 2 * this.options.error, leastInliers: 15, leastShare: 0.3, seed: this.options.seed };
        if (!registerCamera(model, camera, seen, options)) {
          failed.set(camera, seen.length);
          continue;
        }
        triangulateTracks(model, this.tracks, this.#wide(), [camera]);
        if (isContradicted(model, camera)) {
          // A look-alike: it would fold the scene onto itself.
          model.unregister(camera);
          failed.set(camera, seen.length);
        }
      }
      yield model.cameraCount;
      if (model.cameraCount > GROWTH * cameras || model.pointCount > POINT_GROWTH * points) {
        this.#consolidate();
        [cameras, points] = [model.cameraCount, model.pointCount];
        failed.clear();
      }
    }
    this.#consolidate();
  }

  /** The pictures that are held best by points, a few at a time as the model grows. */
  #next(failed: Map<number, number>): { camera: number; seen: Sighting[] }[] {
    const model = this.#model;
    const candidates: { camera: number; seen: Sighting[]; score: number }[] = [];
    for (let camera = 0; camera < this.input.features.length; camera++) {
      if (model.registered[camera]) continue;
      const seen = sightings(model, this.tracks, camera);
      if (seen.length < LEAST_SIGHTINGS || seen.length <= (failed.get(camera) ?? 0)) continue;
      const { width, height } = this.input.lenses[this.input.lensOf[camera]];
      candidates.push({ camera, seen, score: spreadScore(model, camera, seen, width, height) });
    }
    candidates.sort((a, b) => b.score - a.score || a.camera - b.camera);
    const few = Math.max(1, Math.floor(model.cameraCount * (GROWTH - 1)));
    // Only those that are held nearly as well as the best one.
    return candidates.slice(0, few).filter(({ score }) => score >= 0.6 * candidates[0].score);
  }

  #consolidate(): void {
    const model = this.#model;
    this.adjustAll(this.#lensFreedom(), 6, 1e-3);
    filterPoints(model, this.#limits());
    triangulateTracks(model, this.tracks, this.#wide());
  }

  /** Parameters of the lens that so many pictures can tell. */
  #lensFreedom(): number[] {
    const n = this.#model.cameraCount;
    return n < 4 ? [] : n < LENS_CAMERAS ? [0] : [0, 1];
  }

  /**
   * All points anew, with room for misses: a picture that came in slightly wrong has had the observations that would
   * put it right filtered away, one after the other.
   */
  #rebuild(lens: readonly number[]): void {
    const model = this.#model;
    model.points.forEach((_, index) => {
      model.dropPoint(index);
    });
    model.points = [];
    triangulateTracks(model, this.tracks, { ...this.#limits(), error: REBUILT_ERROR * this.options.error });
    this.adjustAll(lens, 15, 1e-4);
    filterPoints(model, this.#limits());
  }

  /** Everything once more, points looked for in every picture, and then as much of the lens as the pictures tell. */
  *#finish(): Generator<number> {
    const model = this.#model;
    const lens = this.#lensFreedom();
    this.#rebuild(lens);
    yield model.cameraCount;
    for (let pass = 0; pass < 3; pass++) {
      triangulateTracks(model, this.tracks, this.#limits());
      extendTracks(model, this.options.error);
      this.adjustAll(lens, 10, 1e-4);
      filterPoints(model, this.#limits());
      if (pass === 1) for (const camera of accordOf(model).misplaced) model.unregister(camera);
      yield model.cameraCount;
    }
    let { after } = this.adjustAll(lens, 15);
    if (model.cameraCount < LENS_CAMERAS) return;
    const [withoutRadial, withSecond] = [lens.filter((k) => k !== 1 && k !== 2), [0, 1, 2]];
    let free = lens;
    // A lens without distortion, if that explains the pictures as well; one of two terms, if that explains them better.
    const plain = this.#attempt(withoutRadial, (cost) => cost <= after * (1 + TELLING), true);
    yield model.cameraCount;
    if (plain !== null) [free, after] = [withoutRadial, plain];
    else {
      const second = this.#attempt(withSecond, (cost) => cost < after * (1 - TELLING));
      if (second !== null) [free, after] = [withSecond, second];
    }
    yield model.cameraCount;
    this.#attempt([...free, 3, 4], (cost) => cost < after * (1 - TELLING));
  }

  /** Adjusts with these parameters free; what is not good enough is taken back. @returns the cost, null where taken back */
  #attempt(lens: readonly number[], isGood: (cost: number) => boolean, undistorted = false): number | null {
    const model = this.#model;
    const poses = [model.rotations, model.translations, model.lenses];
    const saved = poses.map((array) => array.slice());
    const places = model.points.map((point) => point && ([point.x, point.y, point.z] as const));
    if (undistorted) {
      for (let at = 0; at < model.lenses.length; at += LENS_PARAMETERS) model.lenses.fill(0, at + 1, at + 3);
    }
    const { after } = this.adjustAll(lens, 15);
    if (isGood(after)) return after;
    poses.forEach((array, k) => {
      array.set(saved[k]);
    });
    model.points.forEach((point, index) => {
      if (point) [point.x, point.y, point.z] = places[index]!;
    });
    return null;
  }

  /** @param lens parameters of every lens that are free: 0 focal, 1 k1, 2 k2, 3 cx, 4 cy */
  adjustAll(lens: readonly number[], iterations: number, tolerance = 1e-5): AdjustResult {
    const model = this.#model;
    const { problem, indices } = model.problem();
    const poses = Uint8Array.from(model.registered);
    // The first picture holds the world still.
    poses[poses.indexOf(1)] = 0;
    const lenses = new Uint8Array(model.lenses.length);
    const users = new Int32Array(this.input.lenses.length);
    model.registered.forEach((is, c) => {
      users[this.input.lensOf[c]] += is;
    });
    users.forEach((count, g) => {
      for (const k of lens) if (count >= (k === 0 ? 2 : LENS_CAMERAS)) lenses[g * LENS_PARAMETERS + k] = 1;
    });
    const result = adjust(problem, { poses, lenses }, { iterations, lossScale: 1, tolerance });
    model.takePoints(problem.points, indices);
    return result;
  }
}
