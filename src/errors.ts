// Errors in words. An InputError is the user's to mend (command line: exit 2; page: a notice), anything
// else is a fault of ours (exit 1). Each input error says what, where, what was expected, what was found.

/** Input that cannot be used. `message` is one sentence: what, where, expected, found. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** One sentence from its four parts. @example inputError('camera matrix', 'frame 3', 'finite numbers', 'NaN') */
export function inputError(what: string, where: string, expected: string, found: string): InputError {
  return new InputError(`${what} in ${where}: expected ${expected}, found ${found}`);
}

/** Thrown by long work whose AbortSignal fired; callers treat it as an end, not as a fault. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
  constructor() {
    super('cancelled');
  }
}

export function throwIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted) throw new Cancelled();
}
