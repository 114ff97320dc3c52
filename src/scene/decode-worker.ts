// The worker that decodes one picture at a time, off the page's thread: bitmap -> canvas in bands -> area filter.
// The full picture lives only inside the browser's bitmap, never in the script's heap.

import { AreaReducer } from './area-filter.ts';

export interface DecodeRequest {
  id: number;
  blob: Blob;
  /** Size as shown; null when the header was not understood and the bitmap must tell. */
  full: { width: number; height: number } | null;
  target: { width: number; height: number } | null;
}

export type DecodeReply =
  | { id: number; width: number; height: number; data: Uint8ClampedArray<ArrayBuffer> }
  | { id: number; error: string };

/** What the worker's global scope has that the page's types lack. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<DecodeRequest>) => void) | null;
  postMessage(message: DecodeReply, transfer?: Transferable[]): void;
}

/** Beyond this many pixels the browser brings the bitmap near the target first. */
const WHOLE_PIXELS = 24_000_000;
/** Pixels of a band read from the canvas: 4 MB of RGBA. */
const BAND_PIXELS = 1 << 20;

const scope = self as unknown as WorkerScope;

scope.onmessage = async ({ data: request }) => {
  try {
    const reply = await decode(request);
    scope.postMessage(reply, 'data' in reply ? [reply.data.buffer] : []);
  } catch (error) {
    scope.postMessage({ id: request.id, error: error instanceof Error ? error.message : String(error) });
  }
};

async function decode({ id, blob, full, target }: DecodeRequest): Promise<DecodeReply> {
  const large = full && target && full.width * full.height > WHOLE_PIXELS && full.width >= 4 * target.width;
  const bitmap = await createImageBitmap(blob, {
    imageOrientation: 'from-image',
    ...(large ? { resizeWidth: 2 * target.width, resizeHeight: 2 * target.height, resizeQuality: 'high' } : {}),
  });
  try {
    const { width, height } = target ?? bitmap;
    const reducer = new AreaReducer(bitmap.width, bitmap.height, width, height);
    const rows = Math.min(bitmap.height, Math.max(1, Math.floor(BAND_PIXELS / bitmap.width)));
    const canvas = new OffscreenCanvas(bitmap.width, rows);
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    for (let y = 0; y < bitmap.height; y += rows) {
      const count = Math.min(rows, bitmap.height - y);
      context.clearRect(0, 0, bitmap.width, rows);
      context.drawImage(bitmap, 0, -y);
      reducer.addRows(context.getImageData(0, 0, bitmap.width, count).data, count);
    }
    return { id, width, height, data: reducer.finish() };
  } finally {
    bitmap.close();
  }
}
