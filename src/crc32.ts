// CRC-32 (IEEE 802.3), as PNG, zip and our checkpoints carry it.

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** Of all parts, one after another. Finds every flip of up to 32 neighbouring bits. */
export function crc32(...parts: Uint8Array[]): number {
  let c = 0xffffffff;
  for (const bytes of parts) {
    for (let i = 0; i < bytes.length; i++) c = TABLE[(c ^ bytes[i]) & 0xff] ^ (c >>> 8);
  }
  return (c ^ 0xffffffff) >>> 0;
}

/** A word as 8 hexadecimal digits. */
export const hex32 = (word: number): string => word.toString(16).padStart(8, '0');
