// Hands bytes to the user as a file, through the browser's own download.

export function download(name: string, type: string, bytes: Uint8Array<ArrayBuffer> | string): void {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download has begun by then; the address only keeps memory.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** A file name without what file systems dislike. */
export function fileName(...parts: string[]): string {
  return parts
    .map((part) =>
      part
        .trim()
        .replace(/[^\p{L}\p{N}]+/gu, '-')
        .replace(/^-|-$/g, ''),
    )
    .filter(Boolean)
    .join('-')
    .toLowerCase();
}
