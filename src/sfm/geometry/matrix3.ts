// 3x3 matrices, row-major in arrays of 9, and rotations as vectors (axis times angle).

export type Mat3 = number[];

export function multiply3(a: Mat3, b: Mat3): Mat3 {
  const out = new Array<number>(9);
  for (let r = 0; r < 9; r += 3) {
    for (let c = 0; c < 3; c++) out[r + c] = a[r] * b[c] + a[r + 1] * b[3 + c] + a[r + 2] * b[6 + c];
  }
  return out;
}

export const transpose3 = (m: Mat3): Mat3 => [m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]];

export const apply3 = (m: Mat3, x: number, y: number, z: number): [number, number, number] => [
  m[0] * x + m[1] * y + m[2] * z,
  m[3] * x + m[4] * y + m[5] * z,
  m[6] * x + m[7] * y + m[8] * z,
];

export function determinant(m: Mat3): number {
  return m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6]);
}

/** Null when singular. */
export function invert3(m: Mat3): Mat3 | null {
  const det = determinant(m);
  if (!(Math.abs(det) > 1e-300)) return null;
  return [
    m[4] * m[8] - m[5] * m[7],
    m[2] * m[7] - m[1] * m[8],
    m[1] * m[5] - m[2] * m[4],
    m[5] * m[6] - m[3] * m[8],
    m[0] * m[8] - m[2] * m[6],
    m[2] * m[3] - m[0] * m[5],
    m[3] * m[7] - m[4] * m[6],
    m[1] * m[6] - m[0] * m[7],
    m[0] * m[4] - m[1] * m[3],
  ].map((x) => x / det);
}

/** Rotation by |v| radians about v (Rodrigues). */
export function rotationOf(x: number, y: number, z: number): Mat3 {
  const square = x * x + y * y + z * z;
  const angle = Math.sqrt(square);
  // sin(a)/a and (1 - cos(a))/a^2, by their series where the angle is small
  const a = angle < 1e-6 ? 1 - square / 6 : Math.sin(angle) / angle;
  const b = angle < 1e-4 ? 0.5 - square / 24 : (1 - Math.cos(angle)) / square;
  return [
    1 - b * (y * y + z * z),
    b * x * y - a * z,
    b * x * z + a * y,
    b * x * y + a * z,
    1 - b * (x * x + z * z),
    b * y * z - a * x,
    b * x * z - a * y,
    b * y * z + a * x,
    1 - b * (x * x + y * y),
  ];
}

/** Angle of a rotation, radians. */
export function angleOfRotation(r: Mat3): number {
  const sine = 0.5 * Math.hypot(r[7] - r[5], r[2] - r[6], r[3] - r[1]);
  return Math.atan2(sine, 0.5 * (r[0] + r[4] + r[8] - 1));
}

/** Real roots of a x^3 + b x^2 + c x + d. */
export function cubicRoots(a: number, b: number, c: number, d: number): number[] {
  const size = Math.max(Math.abs(a), Math.abs(b), Math.abs(c), Math.abs(d));
  if (Math.abs(a) < 1e-12 * size) {
    if (Math.abs(b) < 1e-12 * size) return Math.abs(c) > 1e-300 ? [-d / c] : [];
    const discriminant = c * c - 4 * b * d;
    if (discriminant < 0) return [];
    const q = -0.5 * (c + (c < 0 ? -1 : 1) * Math.sqrt(discriminant));
    return q === 0 ? [0] : [q / b, d / q];
  }
  const [p, q, r] = [b / a, c / a, d / a];
  const shift = -p / 3;
  const u = (3 * q - p * p) / 9;
  const v = (9 * p * q - 27 * r - 2 * p * p * p) / 54;
  const discriminant = u * u * u + v * v;
  if (discriminant >= 0) {
    const root = Math.sqrt(discriminant);
    return [shift + Math.cbrt(v + root) + Math.cbrt(v - root)];
  }
  const angle = Math.acos(Math.min(1, Math.max(-1, v / Math.sqrt(-u * u * u))));
  const length = 2 * Math.sqrt(-u);
  return [0, 1, 2].map((k) => shift + length * Math.cos((angle + 2 * Math.PI * k) / 3));
}
