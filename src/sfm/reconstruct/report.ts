// What a reconstruction is worth, in figures, and whether it is worth anything: one that fails a check is refused in a
// sentence that says what to photograph better. A wrong scene in silence is the worst result there is.

import { type InputError, inputError } from '../../errors.ts';
import { LENS_PARAMETERS } from '../bundle/model.ts';
import { essentialFromPoses } from '../geometry/essential.ts';
import { sampson } from '../geometry/fundamental.ts';
import type { Features, Lens, VerifiedPair } from '../types.ts';
import { pairsOf } from '../verification/verify.ts';
import type { Model } from './model.ts';
import { accordOf } from './shared-views.ts';

export interface ModelFigures {
  pictures: number;
  registered: number;
  points: number;
  observations: number;
  /** Mean observations of a point. */
  trackLength: number;
  /** Root mean square, pixels of the working size. */
  reprojection: number;
  /** Points that a picture sees: median and least over the registered ones. */
  pointsPerPicture: { median: number; least: number };
  /** Median over points of the widest angle between its rays, degrees. */
  parallax: number;
  /** Share of the pairs between registered pictures whose matches fit the poses. */
  agreement: number;
  /** Of what pictures that stand near each other say of each other, the share that is not a contradiction. */
  accord: number;
  verifiedPairs: number;
}

/** Bounds of a result that is shown. */
const LEAST_PICTURES = 3;
const LEAST_SHARE = 0.3;
const LEAST_POINTS_PER_PICTURE = 30;
const MOST_REPROJECTION = 1.5;
const LEAST_PARALLAX = 1.5;
/** Low on purpose: look-alike pairs contradict a sound scene (a courtyard of four like sides has .86 to .92). */
const LEAST_AGREEMENT = 0.7;
/** Sound scenes have .95 to 1, scenes folded by look-alikes .44 to .75, whatever their agreement. */
const LEAST_ACCORD = 0.9;
/** Focal length in long sides: 10 to 140 degrees. */
const FOCAL_BOUNDS = [0.18, 6];
/** Median features of a picture that is not blurred and not bare. */
const LEAST_FEATURES = 100;

const WALK = 'walk round the subject so that each picture shares two thirds of what it shows with the next';

export function figuresOf(model: Model, pairs: readonly VerifiedPair[]): ModelFigures {
  let [observations, squares] = [0, 0];
  const perPicture = new Array<number>(model.features.length).fill(0);
  const angles: number[] = [];
  const centres = perPicture.map((_, c) => (model.registered[c] ? model.centre(c) : [0, 0, 0]));
  for (const point of model.points) {
    if (!point) continue;
    let widest = 1;
    const directions = point.cameras.map((c) => {
      const d = [point.x - centres[c][0], point.y - centres[c][1], point.z - centres[c][2]];
      const length = Math.hypot(...d);
      return d.map((value) => value / length);
    });
    point.cameras.forEach((c, k) => {
      observations++;
      perPicture[c]++;
      squares += model.squaredError(c, point.features[k], point.x, point.y, point.z);
      const [a, b] = [directions[0], directions[k]];
      widest = Math.min(widest, a[0] * b[0] + a[1] * b[1] + a[2] * b[2]);
    });
    angles.push((Math.acos(Math.min(1, widest)) * 180) / Math.PI);
  }
  const seen = perPicture.filter((_, c) => model.registered[c]).sort((a, b) => a - b);
  angles.sort((a, b) => a - b);
  const points = model.pointCount;
  return {
    pictures: model.features.length,
    registered: model.cameraCount,
    points,
    observations,
    trackLength: observations / Math.max(1, points),
    reprojection: Math.sqrt(squares / Math.max(1, observations)),
    pointsPerPicture: { median: seen[seen.length >> 1] ?? 0, least: seen[0] ?? 0 },
    parallax: angles[angles.length >> 1] ?? 0,
    agreement: agreementOf(model, pairs),
    accord: accordOf(model).share,
    verifiedPairs: pairs.length,
  };
}

/**
 * Share of pairs of registered pictures most of whose matches lie on the epipolar lines of the poses found. A scene
 * in parts that do not fit contradicts pairs; one folded by look-alikes may fit all of them, see `accord`.
 */
function agreementOf(model: Model, pairs: readonly VerifiedPair[]): number {
  let [all, fit] = [0, 0];
  for (const { first, second, matches } of pairs) {
    if (!model.registered[first] || !model.registered[second]) continue;
    const f = essentialFromPoses(model.pose(first), model.pose(second));
    const points = pairsOf(model.features[first], model.features[second], matches);
    const inverse = [first, second].map((c) => model.lenses.subarray(model.lensOf[c] * LENS_PARAMETERS));
    // Rays of depth 1, focal lengths taken out; distances come back in pixels of the first.
    for (let i = 0; i < points.length; i += 2) {
      const [focal, , , cx, cy] = inverse[(i >> 1) & 1];
      points[i] = (points[i] - cx) / focal;
      points[i + 1] = (points[i + 1] - cy) / focal;
    }
    const limit = (4 / inverse[0][0]) ** 2;
    let near = 0;
    for (let i = 0; i < points.length / 4; i++) if (sampson(f, points, i) < limit) near++;
    all++;
    if (near > 0.5 * (points.length / 4)) fit++;
  }
  return all === 0 ? 0 : fit / all;
}

/** Before reconstruction. @throws InputError saying what to photograph better */
export function checkPairs(features: readonly Features[], pairs: readonly VerifiedPair[], where: string): void {
  const counts = features.map((f) => f.count).sort((a, b) => a - b);
  const typical = counts[counts.length >> 1] ?? 0;
  if (features.length < LEAST_PICTURES) {
    throw refusal(where, `at least ${LEAST_PICTURES} overlapping photographs`, `${features.length}`, WALK);
  }
  if (typical < LEAST_FEATURES) {
    const advice = 'photograph in more light, hold still, and have something with texture in the picture';
    throw refusal(where, 'sharp pictures with detail', `${typical} features in most`, advice);
  }
  if (pairs.length === 0) throw refusal(where, 'pictures that overlap', 'no two that show the same thing', WALK);
  const flat = pairs.filter((pair) => pair.kind === 'homography').length;
  if (flat === pairs.length) {
    const found = 'pictures turned on one spot, or of a flat thing alone';
    throw refusal(where, 'pictures from different places', found, 'take steps to the side between pictures');
  }
}

/** After it. @throws InputError saying what to photograph better */
export function checkModel(
  model: Model | null,
  figures: ModelFigures | null,
  lenses: readonly Lens[],
  where: string,
): void {
  if (!model || !figures) {
    throw refusal(where, 'two pictures to begin with', 'none with enough matches and parallax', WALK);
  }
  const { registered, pictures, pointsPerPicture, reprojection, parallax, agreement, accord } = figures;
  if (registered < LEAST_PICTURES || registered < LEAST_SHARE * pictures) {
    throw refusal(where, 'pictures that hang together', `${registered} of ${pictures} that do`, WALK);
  }
  if (pointsPerPicture.median < LEAST_POINTS_PER_PICTURE) {
    const found = `${pointsPerPicture.median} points in most pictures`;
    throw refusal(
      where,
      `at least ${LEAST_POINTS_PER_PICTURE}`,
      found,
      'have more detail in the picture, and more overlap',
    );
  }
  if (reprojection > MOST_REPROJECTION) {
    const found = `${reprojection.toFixed(1)} pixels of error`;
    throw refusal(where, 'a scene that stands still', found, 'let nothing move, and use one lens without zoom');
  }
  if (parallax < LEAST_PARALLAX) {
    const found = `rays that meet at ${parallax.toFixed(1)} degrees`;
    throw refusal(where, 'pictures from different places', found, 'take steps to the side between pictures');
  }
  if (agreement < LEAST_AGREEMENT) {
    const found = `${Math.round(100 * (1 - agreement))} % of the pairs contradicting it`;
    throw refusal(where, 'one scene', found, 'things that look alike were taken for one: photograph them one by one');
  }
  if (accord < LEAST_ACCORD) {
    const found = `${Math.round(100 * (1 - accord))} % of neighbours that do not show the same surroundings`;
    throw refusal(where, 'one scene', found, 'things that look alike were taken for one: photograph them one by one');
  }
  lenses.forEach(({ width, height }, g) => {
    const focal = model.lenses[g * LENS_PARAMETERS] / Math.max(width, height);
    if (!usesLens(model, g) || (focal > FOCAL_BOUNDS[0] && focal < FOCAL_BOUNDS[1])) return;
    throw refusal(where, 'a focal length that can be', `${focal.toFixed(2)} of the picture's long side`, WALK);
  });
}

const usesLens = (model: Model, lens: number): boolean =>
  model.lensOf.some((own, camera) => own === lens && model.registered[camera] === 1);

function refusal(where: string, expected: string, found: string, advice: string): InputError {
  return inputError('camera poses', where, expected, found, advice);
}
