// From two pictures with known lenses to how one camera stands to the other: E = K2^T F K1, its four poses (Hartley and
// Zisserman, result 9.19), and of these the one in front of which most points lie. The baseline has length 1.

import { svd3 } from './eigen.ts';
import { apply3, determinant, type Mat3, multiply3, transpose3 } from './matrix3.ts';
import type { Pose } from './p3p.ts';
import { triangulateRays } from './triangulate.ts';

/** Four world-to-camera poses of the second camera, the first one at the origin. */
export function posesOfEssential(e: Mat3): Pose[] {
  const { u, v } = svd3(e);
  const proper = (m: Mat3): Mat3 => (determinant(m) < 0 ? m.map((x) => -x) : m);
  const [pu, pv] = [proper(u), proper(v)];
  const w: Mat3 = [0, -1, 0, 1, 0, 0, 0, 0, 1];
  const rotations = [
    multiply3(pu, multiply3(w, transpose3(pv))),
    multiply3(pu, multiply3(transpose3(w), transpose3(pv))),
  ];
  const t: [number, number, number] = [pu[2], pu[5], pu[8]];
  return rotations.flatMap((rotation): Pose[] => [
    { rotation, translation: t },
    { rotation, translation: [-t[0], -t[1], -t[2]] },
  ]);
}

export interface RelativePose {
  pose: Pose;
  /** Matches in front of both cameras. */
  inFront: number;
  /** Median angle between the two rays of a match, radians. */
  parallax: number;
}

/**
 * @param rays undistorted image points at depth 1: x1, y1, x2, y2 of each match
 */
export function relativePose(e: Mat3, rays: Float64Array): RelativePose {
  let best: RelativePose | null = null;
  for (const pose of posesOfEssential(e)) {
    let inFront = 0;
    const angles: number[] = [];
    for (let at = 0; at < rays.length; at += 4) {
      const first: [number, number, number] = [rays[at], rays[at + 1], 1];
      const second: [number, number, number] = [rays[at + 2], rays[at + 3], 1];
      const depths = triangulateRays(pose, first, second);
      if (!depths || depths[0] <= 0 || depths[1] <= 0) continue;
      inFront++;
      const turned = apply3(pose.rotation, ...first);
      const cosine =
        (turned[0] * second[0] + turned[1] * second[1] + turned[2] * second[2]) /
        (Math.hypot(...turned) * Math.hypot(...second));
      angles.push(Math.acos(Math.min(1, cosine)));
    }
    if (best && inFront <= best.inFront) continue;
    angles.sort((a, b) => a - b);
    best = { pose, inFront, parallax: angles[angles.length >> 1] ?? 0 };
  }
  return best!;
}

/** E = K2^T F K1, for lenses [G, 5] (focal, k1, k2, cx, cy); distortion is not looked at. */
export function essentialOf(f: Mat3, lenses: Float64Array, first: number, second: number): Mat3 {
  const k = (lens: number): Mat3 => {
    const [focal, , , cx, cy] = lenses.subarray(lens * 5, lens * 5 + 5);
    return [focal, 0, cx, 0, focal, cy, 0, 0, 1];
  };
  return multiply3(transpose3(k(second)), multiply3(f, k(first)));
}

/** E of two world-to-camera poses: x2^T E x1 = 0 at depth 1. */
export function essentialFromPoses(first: Pose, second: Pose): Mat3 {
  const rotation = multiply3(second.rotation, transpose3(first.rotation));
  const moved = apply3(rotation, ...first.translation);
  const [x, y, z] = second.translation.map((value, k) => value - moved[k]);
  return multiply3([0, -z, y, z, 0, -x, -y, x, 0], rotation);
}
