// A field as it was when it was last kept, and what is told of it beside: whose it is, how far, how large, a small
// picture. What a store hands back is checked here before anything believes it.

/** A kept work without its file: what a list needs. */
export interface SnapshotInfo {
  /** Of the work; the same through all its snapshots. */
  id: string;
  /** Counts the work's snapshots, so that a tab sees that another one has gone on with it. */
  revision: number;
  scene: string;
  step: number;
  style: string[];
  /** Date.now() */
  at: number;
  /** Of the file, bytes. */
  size: number;
  /** A small image's data: address. */
  picture: string | null;
}

export interface FieldSnapshot extends SnapshotInfo {
  /** An .impasto file. */
  bytes: Uint8Array<ArrayBuffer>;
}

/** What a store had under a work's key, or null where it is of another shape: of another version, or another page. */
export function readSnapshotInfo(value: unknown): SnapshotInfo | null {
  if (typeof value !== 'object' || value === null) return null;
  const { id, revision, scene, step, style, at, size, picture } = value as Partial<SnapshotInfo>;
  const numbers = [revision, step, at, size].every((one) => typeof one === 'number' && Number.isFinite(one));
  const words = [id, scene].every((one) => typeof one === 'string');
  const pictured = picture === null || typeof picture === 'string';
  const styles = Array.isArray(style) && style.every((one) => typeof one === 'string');
  return numbers && words && pictured && styles ? (value as SnapshotInfo) : null;
}

/** "322 steps, painted as Wave, kept 2 minutes ago, 4.1 MB" */
export function describeSnapshot({ step, style, at, size }: SnapshotInfo, now = Date.now()): string {
  const minutes = Math.floor((now - at) / 60_000);
  const ages: [number, string][] = [
    [1, 'less than a minute ago'],
    [2, 'a minute ago'],
    [90, `${minutes} minutes ago`],
    [36 * 60, `${Math.floor(minutes / 60)} hours ago`],
    [Number.POSITIVE_INFINITY, `${Math.floor(minutes / 1440)} days ago`],
  ];
  const age = ages.find(([before]) => minutes < before)![1];
  const painted = style.length ? `, painted as ${style.join(' + ')}` : '';
  return `${step.toLocaleString('en')} steps${painted}, kept ${age}, ${(size / 1e6).toFixed(1)} MB`;
}
