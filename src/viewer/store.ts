// The page's one state and the way panels hear of it. Commands and engine events patch it, panels read it and
// watch parts of it; nothing else is kept in the panels, so that what is shown is always what is.

export class Store<T extends object> {
  private readonly listeners = new Set<(state: T) => void>();

  constructor(readonly state: T) {}

  /** Merges and tells everyone at once. Nested records are replaced whole by `patch` or in part by `update`. */
  patch(changes: Partial<T>): void {
    Object.assign(this.state, changes);
    for (const listener of [...this.listeners]) listener(this.state);
  }

  /** Merges into one nested record. */
  update<K extends keyof T>(key: K, changes: Partial<T[K]>): void {
    this.patch({ [key]: { ...this.state[key], ...changes } } as unknown as Partial<T>);
  }

  /** Calls back at once and then whenever what `select` returns is another value. Returns how to stop. */
  watch<V>(select: (state: T) => V, listener: (value: V) => void): () => void {
    let last = select(this.state);
    const check = (state: T) => {
      const value = select(state);
      if (Object.is(value, last)) return;
      last = value;
      listener(value);
    };
    this.listeners.add(check);
    listener(last);
    return () => this.listeners.delete(check);
  }
}
