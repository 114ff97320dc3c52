// The one reload that follows a lost device goes on with the work that was open. The session's store may be denied too.

const AGAIN = 'impasto.again';

/** Marks the coming reload as one that goes on with this work. */
export function goOnAfterReload(id: string): void {
  try {
    sessionStorage.setItem(AGAIN, id);
  } catch {
    // Denied: it opens as it does the first time.
  }
}

/** The work to go on with, once after goOnAfterReload(). */
export function workAfterReload(): string | null {
  try {
    const id = sessionStorage.getItem(AGAIN);
    sessionStorage.removeItem(AGAIN);
    return id;
  } catch {
    return null;
  }
}
