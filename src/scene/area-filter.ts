// Reduces an RGBA picture by averaging the area under each new pixel: what a sensor with larger pixels would have
// seen, with no ringing and no aliasing. Rows are fed in bands, so that a large picture need never be whole in
// memory. Averages sRGB values as stored (the loss is taken there too); colours are weighted by alpha, so that what
// is under transparent pixels does not bleed. The same code runs in Node and in the page: the same pixels come out.

export class AreaReducer {
  /** Target column of the left part of each source column, and the share that lies in it; the rest is in the next. */
  readonly #column: Int32Array;
  readonly #share: Float64Array;
  /** Sums of r a, g a, b a, a over area, of the target row being filled. [width, 4] */
  #sums: Float64Array;
  readonly #row: Float64Array;
  readonly #data: Uint8ClampedArray<ArrayBuffer>;
  #sourceY = 0;
  #targetY = 0;

  constructor(
    readonly sourceWidth: number,
    readonly sourceHeight: number,
    readonly width: number,
    readonly height: number,
  ) {
    if (width > sourceWidth || height > sourceHeight || width < 1 || height < 1) {
      throw new RangeError(`area filter: cannot reduce ${sourceWidth}x${sourceHeight} to ${width}x${height}`);
    }
    this.#column = new Int32Array(sourceWidth);
    this.#share = new Float64Array(sourceWidth);
    for (let x = 0; x < sourceWidth; x++) [this.#column[x], this.#share[x]] = split(x, sourceWidth, width);
    this.#sums = new Float64Array(width * 4);
    this.#row = new Float64Array(width * 4 + 4); // one spare column: the right neighbour of the last, weight 0
    this.#data = new Uint8ClampedArray(width * height * 4);
  }

  /** @param band [rows, sourceWidth, 4], the rows that follow those given before */
  addRows(band: ArrayLike<number>, rows: number): void {
    for (let i = 0; i < rows; i++) this.#addRow(band, i * this.sourceWidth * 4);
  }

  /** [height, width, 4] */
  finish(): Uint8ClampedArray<ArrayBuffer> {
    if (this.#sourceY !== this.sourceHeight) {
      throw new RangeError(`area filter: expected ${this.sourceHeight} rows, found ${this.#sourceY}`);
    }
    return this.#data;
  }

  #addRow(band: ArrayLike<number>, offset: number): void {
    const row = this.#row.fill(0);
    for (let x = 0; x < this.sourceWidth; x++) {
      const from = offset + x * 4;
      const to = this.#column[x] * 4;
      const alpha = band[from + 3];
      const left = this.#share[x] * alpha;
      const right = alpha - left;
      row[to] += band[from] * left;
      row[to + 1] += band[from + 1] * left;
      row[to + 2] += band[from + 2] * left;
      row[to + 3] += left;
      row[to + 4] += band[from] * right;
      row[to + 5] += band[from + 1] * right;
      row[to + 6] += band[from + 2] * right;
      row[to + 7] += right;
    }
    const [targetY, share] = split(this.#sourceY++, this.sourceHeight, this.height);
    const sums = this.#sums;
    for (let i = 0; i < sums.length; i++) sums[i] += row[i] * share;
    // Compared without rounding trouble: whole source rows per target row in integers.
    if (this.#sourceY * this.height >= (targetY + 1) * this.sourceHeight) {
      this.#flush();
      const rest = 1 - share;
      for (let i = 0; i < sums.length; i++) sums[i] = row[i] * rest;
    }
  }

  #flush(): void {
    const { width, height, sourceWidth, sourceHeight } = this;
    const area = (sourceWidth / width) * (sourceHeight / height);
    let to = this.#targetY++ * width * 4;
    for (let x = 0; x < width * 4; x += 4, to += 4) {
      const alpha = this.#sums[x + 3];
      if (alpha <= 0) continue;
      for (let c = 0; c < 3; c++) this.#data[to + c] = this.#sums[x + c] / alpha;
      this.#data[to + 3] = alpha / area;
    }
  }
}

/** Target index that source cell i starts in, and the share of the cell that lies there. */
function split(i: number, source: number, target: number): [number, number] {
  const index = Math.floor((i * target) / source);
  const border = ((index + 1) * source) / target; // in source cells
  return [index, Math.min(1, border - i)];
}

/** @param data [sourceHeight, sourceWidth, 4] */
export function reduceArea(
  data: ArrayLike<number>,
  sourceWidth: number,
  sourceHeight: number,
  width: number,
  height: number,
): Uint8ClampedArray<ArrayBuffer> {
  const reducer = new AreaReducer(sourceWidth, sourceHeight, width, height);
  reducer.addRows(data, sourceHeight);
  return reducer.finish();
}
