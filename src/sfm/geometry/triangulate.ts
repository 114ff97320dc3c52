// Points from rays: the depths at which two rays pass nearest, and the point of least squared angle over many rays
// (each ray's plane of errors weighted by its distance, repeated until it stands).

import type { Mat3 } from './matrix3.ts';
import type { Pose } from './p3p.ts';

type Vector = readonly [number, number, number];

/** Depths along both rays (at depth 1) where they pass nearest; null when they are parallel. */
export function triangulateRays({ rotation: r, translation: t }: Pose, a: Vector, b: Vector): [number, number] | null {
  // s R a + t = u b
  const rx = r[0] * a[0] + r[1] * a[1] + r[2] * a[2];
  const ry = r[3] * a[0] + r[4] * a[1] + r[5] * a[2];
  const rz = r[6] * a[0] + r[7] * a[1] + r[8] * a[2];
  const aa = rx * rx + ry * ry + rz * rz;
  const bb = b[0] * b[0] + b[1] * b[1] + b[2] * b[2];
  const ab = rx * b[0] + ry * b[1] + rz * b[2];
  const at = rx * t[0] + ry * t[1] + rz * t[2];
  const bt = b[0] * t[0] + b[1] * t[1] + b[2] * t[2];
  const determinant = aa * bb - ab * ab;
  if (determinant < 1e-12 * aa * bb) return null;
  return [(ab * bt - bb * at) / determinant, (aa * bt - ab * at) / determinant];
}

/** A ray in the world: from a centre along a direction of length 1. */
export interface WorldRay {
  centre: Vector;
  direction: Vector;
}

export function worldRay(rotation: Mat3, translation: Vector, x: number, y: number): WorldRay {
  const length = Math.sqrt(x * x + y * y + 1);
  const [t0, t1, t2] = translation;
  const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = rotation;
  return {
    centre: [-(r0 * t0 + r3 * t1 + r6 * t2), -(r1 * t0 + r4 * t1 + r7 * t2), -(r2 * t0 + r5 * t1 + r8 * t2)],
    direction: [(r0 * x + r3 * y + r6) / length, (r1 * x + r4 * y + r7) / length, (r2 * x + r5 * y + r8) / length],
  };
}

const PASSES = 3;

/** Null when the rays are parallel. */
export function nearestToRays(rays: readonly WorldRay[]): [number, number, number] | null {
  let point: [number, number, number] | null = null;
  for (let pass = 0; pass < PASSES; pass++) {
    let [a, b, c, d, e, f, p, q, r] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (const { centre, direction } of rays) {
      const [x, y, z] = direction;
      let weight = 1;
      if (point) {
        const [ox, oy, oz] = [point[0] - centre[0], point[1] - centre[1], point[2] - centre[2]];
        weight = 1 / Math.max(ox * ox + oy * oy + oz * oz, 1e-12);
      }
      const [xx, xy, xz, yy, yz, zz] = [1 - x * x, -x * y, -x * z, 1 - y * y, -y * z, 1 - z * z];
      a += weight * xx;
      b += weight * xy;
      c += weight * xz;
      d += weight * yy;
      e += weight * yz;
      f += weight * zz;
      p += weight * (xx * centre[0] + xy * centre[1] + xz * centre[2]);
      q += weight * (xy * centre[0] + yy * centre[1] + yz * centre[2]);
      r += weight * (xz * centre[0] + yz * centre[1] + zz * centre[2]);
    }
    const m00 = d * f - e * e;
    const m01 = c * e - b * f;
    const m02 = b * e - c * d;
    const determinant = a * m00 + b * m01 + c * m02;
    const size = a + d + f;
    if (!(determinant > 1e-12 * size * size * size)) return null;
    const m11 = a * f - c * c;
    const m12 = b * c - a * e;
    const m22 = a * d - b * b;
    point = [
      (m00 * p + m01 * q + m02 * r) / determinant,
      (m01 * p + m11 * q + m12 * r) / determinant,
      (m02 * p + m12 * q + m22 * r) / determinant,
    ];
  }
  return point;
}
