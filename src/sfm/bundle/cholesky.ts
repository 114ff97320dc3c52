// Symmetric positive definite systems, dense, lower triangle, row by row: the reduced camera system is small beside
// the points that were eliminated from it.

/** Factors a [n, n] in place (lower triangle). @returns false where it is not positive definite */
export function factor(a: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    const ri = i * n;
    for (let j = 0; j <= i; j++) {
      const rj = j * n;
      let sum = a[ri + j];
      for (let k = 0; k < j; k++) sum -= a[ri + k] * a[rj + k];
      if (i === j) {
        if (!(sum > 0)) return false;
        a[ri + i] = Math.sqrt(sum);
      } else {
        a[ri + j] = sum / a[rj + j];
      }
    }
  }
  return true;
}

/** Solves in place with the factor of above. */
export function solveFactored(a: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= a[i * n + k] * b[k];
    b[i] = sum / a[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = b[i] / a[i * n + i];
    b[i] = value;
    for (let k = 0; k < i; k++) b[k] -= a[i * n + k] * value;
  }
}
