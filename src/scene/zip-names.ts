// File names in a .zip. Those that are not marked as UTF-8 are in the code page of the country that the archive was made
// in, which is not said; or in UTF-8 all the same. Two letters in one may well be two others in another, so each is
// tried, and the one is taken whose names occur in the archive's own files of poses.

import { decodeText } from './text.ts';

/** UTF-8, then code pages by how many people have them; the first without a fault is taken where nothing else tells. */
const CODE_PAGES = [
  'utf-8',
  'gb18030',
  'shift_jis',
  'big5',
  'euc-kr',
  'ibm866',
  'windows-1251',
  'windows-1252',
] as const;

const SAMPLE = 8;

/** Upper half of code page 437, what MS-DOS and most archivers of the West write. */
const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/** A name that is the same in all of them; null where the code page counts. */
export function asciiName(raw: Uint8Array): string | null {
  return raw.every((byte) => byte < 0x80) ? String.fromCharCode(...raw) : null;
}

/** What the Info-ZIP extra field 0x7075 says of the name, in UTF-8; null without one. */
export function unicodeExtra(extra: Uint8Array): string | null {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength);
  for (let at = 0; at + 4 <= extra.length; ) {
    const [id, length] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    if (at + 4 + length > extra.length) return null;
    if (id === 0x7075 && length > 5) return new TextDecoder().decode(extra.subarray(at + 9, at + 4 + length));
    at += 4 + length;
  }
  return null;
}

/**
 * How to read names that are in no UTF-8.
 * @param raws such names, [names] of bytes
 * @param texts files of poses: the names they hold are told from the others
 */
export function codePageOf(raws: readonly Uint8Array[], texts: readonly Uint8Array[]): (raw: Uint8Array) => string {
  const readers = [...CODE_PAGES.map(readerOf), cp437].filter((reader) => raws.every((raw) => reader(raw) !== null));
  if (readers.length === 0) return (raw) => cp437(raw);
  // A few of them tell as much as all.
  const sample = raws.filter((_, i) => i % Math.ceil(raws.length / SAMPLE) === 0);
  const contents = texts.map((bytes) => decodeText(bytes).normalize('NFC'));
  const hits = (reader: (raw: Uint8Array) => string | null) =>
    sample.filter((raw) => {
      const name = partOf(reader(raw)!);
      return contents.some((content) => content.includes(name) || content.includes(escaped(name)));
    }).length;
  let [best, most] = [readers[0], -1];
  for (const reader of readers) {
    const count = contents.length > 0 ? hits(reader) : 0;
    if (count > most) [best, most] = [reader, count];
  }
  return (raw) => best(raw)!;
}

/** The last folder or name that is not plain ASCII: what tells code pages apart. */
function partOf(name: string): string {
  const parts = name.split(/[/\\]/).filter((part) => /[^\0-\x7f]/.test(part));
  return (parts.at(-1) ?? name).normalize('NFC');
}

/** As JSON.stringify and Python's json.dump write it: letters beyond ASCII as \uXXXX. */
const escaped = (text: string): string =>
  text.replace(/[^\0-\x7f]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

function readerOf(label: (typeof CODE_PAGES)[number]): (raw: Uint8Array) => string | null {
  return (raw) => {
    try {
      return new TextDecoder(label, { fatal: true }).decode(raw);
    } catch {
      return null; // bytes that this code page has not, or a browser without it
    }
  };
}

const cp437 = (raw: Uint8Array): string =>
  Array.from(raw, (byte) => (byte < 128 ? String.fromCharCode(byte) : CP437[byte - 128])).join('');
