// What EXIF says of a lens: focal length as of a 35 mm film, and the camera's name. JPEG's APP1 block alone; a
// picture without it, or with a broken one, simply tells nothing.

export interface ExifLens {
  /** As of 36 x 24 mm film; null where not told. */
  focal35: number | null;
  camera: string;
}

const NOTHING: ExifLens = { focal35: null, camera: '' };
const EXIF_DIRECTORY = 0x8769;
const MODEL = 0x0110;
const FOCAL_35 = 0xa405;
const [ASCII, SHORT] = [2, 3];

export function readExifLens(bytes: Uint8Array): ExifLens {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return readJpeg(view);
  } catch (error) {
    if (error instanceof RangeError) return NOTHING; // points past the end
    throw error;
  }
}

function readJpeg(view: DataView): ExifLens {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return NOTHING;
  for (let at = 2; at + 4 < view.byteLength && view.getUint8(at) === 0xff; ) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xda) break; // pixels from here on
    if (marker === 0xe1 && view.getUint32(at + 4) === 0x45786966) return readTiff(view, at + 10);
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return NOTHING;
}

function readTiff(view: DataView, start: number): ExifLens {
  const little = view.getUint16(start) === 0x4949;
  const found: { focal35: number | null; camera: string } = { focal35: null, camera: '' };
  const directories = [view.getUint32(start + 4, little)];
  for (let d = 0; d < directories.length && d < 4; d++) {
    const directory = start + directories[d];
    const count = view.getUint16(directory, little);
    for (let entry = directory + 2; entry < directory + 2 + count * 12; entry += 12) {
      const [tag, type, length] = [
        view.getUint16(entry, little),
        view.getUint16(entry + 2, little),
        view.getUint32(entry + 4, little),
      ];
      if (tag === EXIF_DIRECTORY) directories.push(view.getUint32(entry + 8, little));
      if (tag === FOCAL_35 && type === SHORT) found.focal35 = view.getUint16(entry + 8, little) || null;
      if (tag === MODEL && type === ASCII && length < 100) {
        const at = length > 4 ? start + view.getUint32(entry + 8, little) : entry + 8;
        const letters = Array.from({ length }, (_, k) => view.getUint8(at + k)).filter((letter) => letter >= 32);
        found.camera = String.fromCharCode(...letters).trim();
      }
    }
  }
  return found;
}

/** Pixels of a focal length as of 35 mm film: both say how much of the diagonal is seen. */
export function focalPixels(focal35: number, width: number, height: number): number {
  return (focal35 / Math.hypot(36, 24)) * Math.hypot(width, height);
}
