// Text as it may go to a terminal. Names of files and what they hold are anybody's: a control character among them could
// move the cursor, set the title or write the clipboard (OSC 52), a direction mark could turn a name round. Such
// characters are told by their number, `\u001b`, which JSON reads back as it was.

/** All of a text but tabs and the ends of its lines. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (c) => (c === '\n' || c === '\t' ? c : escaped(c)));
}

/** For a name, or whatever else must stay on its line. */
export function oneLine(text: string): string {
  return printable(text).replace(/[\n\t]/g, escaped);
}

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
