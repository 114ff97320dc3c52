// Undo and redo: changes as { name, do, undo }, one after another whatever they wait for. A drag of a slider is one
// change. What falls out of the history, at either end, lets go of what it held.

export interface Change {
  /** Said after "Undo": 'delete Wave'. */
  name: string;
  do(): void | Promise<void>;
  undo(): void | Promise<void>;
  /** Bytes that it keeps from being freed while it is undone or done. */
  holds?: number;
  /** It will be neither undone nor done again. */
  drop?(): void;
}

/** Changes that can be undone, and what they may hold. */
const MOST_CHANGES = 64;
const MOST_BYTES = 192 << 20;

export class History {
  private undone: Change[] = [];
  private done: Change[] = [];
  private queue: Promise<unknown> = Promise.resolve();
  private drag: { name: string; from: unknown } | null = null;

  /** @param onChange what there is to undo and to redo has changed */
  constructor(
    private readonly onChange: (undo: string | null, redo: string | null) => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Does a change now. One that fails is not remembered. */
  run(change: Change): Promise<void> {
    return this.inTurn(async () => {
      await change.do();
      this.add(change);
    });
  }

  /** Remembers a change that has been done already. */
  add(change: Change): void {
    for (const gone of this.undone.splice(0)) gone.drop?.();
    this.done.push(change);
    const held = () => this.done.reduce((sum, { holds = 0 }) => sum + holds, 0);
    while (this.done.length > 1 && (this.done.length > MOST_CHANGES || held() > MOST_BYTES))
      this.done.shift()!.drop?.();
    this.emitChange();
  }

  /**
   * One step of a drag: `apply` shows the value at once; the whole drag is remembered as one change by `endDrag`.
   * @param present the value before this step
   */
  dragging<T>(name: string, present: T, value: T, apply: (value: T) => void): void {
    if (this.drag?.name !== name) this.drag = { name, from: present };
    apply(value);
  }

  /** @param value where the drag has come to */
  endDrag<T>(name: string, value: T, apply: (value: T) => void): void {
    const { drag } = this;
    this.drag = null;
    if (drag?.name !== name || Object.is(drag.from, value)) return;
    const from = drag.from as T;
    this.add({ name, do: () => apply(value), undo: () => apply(from) });
  }

  undo(): Promise<void> {
    return this.inTurn(() => this.move(this.done, this.undone, 'undo'));
  }

  redo(): Promise<void> {
    return this.inTurn(() => this.move(this.undone, this.done, 'do'));
  }

  private async move(from: Change[], to: Change[], what: 'do' | 'undo'): Promise<void> {
    const change = from.pop();
    if (!change) return;
    try {
      await change[what]();
      to.push(change);
    } catch (error) {
      // It will not get better by being tried again, and those behind it want their turn.
      change.drop?.();
      throw error;
    } finally {
      this.emitChange();
    }
  }

  /** Forgets all: what it was about has gone. */
  clear(): void {
    for (const change of [...this.done.splice(0), ...this.undone.splice(0)]) change.drop?.();
    this.drag = null;
    this.emitChange();
  }

  /** A change that fails is told, and does not keep others from their turn. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.queue.then(work).catch(this.onError);
    this.queue = turn;
    return turn;
  }

  private emitChange(): void {
    this.onChange(this.done.at(-1)?.name ?? null, this.undone.at(-1)?.name ?? null);
  }
}
