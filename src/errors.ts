// Errors in words. An InputError is the user's to mend (command line: exit 2; page: a notice), anything
// else is a fault of ours (exit 1). Each input error says what, where, what was expected, what was found: as fields, for
// a host that tells them in other words or another language, and as the one sentence made of them.

/** The four parts of an input error, as they stand in its sentence. */
export interface InputFault {
  /** The thing that cannot be used: `camera matrix`, `--fps`. */
  what: string;
  /** File, entry or frame that it is in; null where `what` says it all. */
  where: string | null;
  expected: string;
  found: string;
  /** What could be done about it, where that is not plain. */
  hint?: string;
}

/** Input that cannot be used. `message` is one sentence made of the fields: what, where, expected, found. */
export class InputError extends Error implements InputFault {
  override readonly name = 'InputError';
  readonly what: string;
  readonly where: string | null;
  readonly expected: string;
  readonly found: string;
  readonly hint: string | undefined;

  constructor(fault: InputFault) {
    super(sentence(fault));
    this.what = fault.what;
    this.where = fault.where;
    this.expected = fault.expected;
    this.found = fault.found;
    this.hint = fault.hint;
  }
}

/**
 * An input error from its parts.
 * @param where null where `what` says it all
 * @example throw inputError('camera matrix', 'frame 3', 'finite numbers', 'NaN')
 */
export function inputError(
  what: string,
  where: string | null,
  expected: string,
  found: string,
  hint?: string,
): InputError {
  return new InputError({ what, where, expected, found, hint });
}

/** A value out of a file in a few letters, whatever it is: one too deep to be written out is told by its kind. */
export function excerpt(value: unknown, letters = 40): string {
  let text: string | undefined;
  try {
    text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  } catch {
    text = Array.isArray(value) ? 'a list of lists' : 'an object of objects';
  }
  const whole = text ?? typeof value;
  return whole.length > letters ? `${whole.slice(0, letters)}...` : whole;
}

/** Of a part of a sentence: what files hold may have no end. */
const LONGEST_PART = 300;

/** Cut in its middle where it is long, and on one line. */
function told(part: string): string {
  const short =
    part.length <= LONGEST_PART ? part : `${part.slice(0, LONGEST_PART / 2)}...${part.slice(-LONGEST_PART / 4)}`;
  return short.replace(/\s*[\r\n]\s*/g, ' ');
}

function sentence(fault: InputFault): string {
  const [what, expected, found] = [fault.what, fault.expected, fault.found].map(told);
  const where = fault.where === null ? null : told(fault.where);
  const hint = fault.hint === undefined ? '' : told(fault.hint);
  return `${what}${where === null ? '' : ` in ${where}`}: expected ${expected}, found ${found}${hint ? ` (${hint})` : ''}`;
}

/**
 * What a schema expected and what it found, in an issue of zod's: its sentences say `expected X, received Y`, those of
 * our own refinements `expected X, found Y` or X alone.
 */
export function schemaFault({ message }: { message: string }): Pick<InputFault, 'expected' | 'found'> {
  const [, expected, found] = /expected (.+?)(?:, (?:received|found) (.+))?$/s.exec(message) ?? [];
  return { expected: expected ?? message, found: found ?? 'something else' };
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
