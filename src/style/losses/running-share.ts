// How much the view at hand counts in the running statistics of a scene's views: all of the first view, a half of the
// second, and so on down to a floor, from where on older views fade.

export class RunningShare {
  private seen = 0;

  /** @param floor 0..1; 1 takes each view alone */
  constructor(private floor = 1) {}

  /** Begins anew. */
  restart(floor = this.floor): void {
    this.floor = floor;
    this.seen = 0;
  }

  next(): number {
    return Math.max(this.floor, 1 / ++this.seen);
  }
}
