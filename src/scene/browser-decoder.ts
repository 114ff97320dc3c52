// Pictures to RGBA in the page: a few workers decode and reduce, so that the page goes on drawing. The header is
// read first, on the page's thread: a huge picture is refused before a decoder sees it.

import type { DecodeReply, DecodeRequest } from './decode-worker.ts';
import { checkPictureSize, largestHeifSize, notAPicture, orientedSize, readPictureHeader } from './picture-header.ts';
import type { Picture, PictureDecoder } from './types.ts';

const FORMATS = 'JPEG, PNG, WebP, GIF or AVIF';

export interface BrowserDecoder extends PictureDecoder {
  /** Ends the workers; a later decode starts new ones. */
  destroy(): void;
}

interface Job {
  request: DecodeRequest;
  resolve(reply: DecodeReply): void;
}

/** @param workerCount pictures in the making at a time; each holds one full bitmap */
export function createBrowserDecoder(
  workerCount = Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1)),
): BrowserDecoder {
  const idle: Worker[] = [];
  const busy = new Map<Worker, Job>();
  const queue: Job[] = [];
  let nextId = 0;

  const pump = () => {
    while (queue.length > 0 && (idle.length > 0 || busy.size < workerCount)) {
      const worker = idle.pop() ?? start();
      const job = queue.shift()!;
      busy.set(worker, job);
      worker.postMessage(job.request);
    }
  };

  const finish = (worker: Worker, reply: (job: Job) => DecodeReply, reusable: boolean) => {
    const job = busy.get(worker);
    busy.delete(worker);
    if (reusable) idle.push(worker);
    else worker.terminate();
    if (job) job.resolve(reply(job));
    pump();
  };

  const start = () => {
    const worker = new Worker(new URL('./decode-worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<DecodeReply>) => finish(worker, () => data, true);
    worker.onerror = (event) => {
      const error = event.message || 'the decoding worker did not start';
      finish(worker, (job) => ({ id: job.request.id, error }), false);
    };
    return worker;
  };

  const post = (request: DecodeRequest) =>
    new Promise<DecodeReply>((resolve) => {
      queue.push({ request, resolve });
      pump();
    });

  const headerSize = (bytes: Uint8Array, where: string) => {
    const header = readPictureHeader(bytes);
    if (!header) {
      const largest = largestHeifSize(bytes);
      if (largest) checkPictureSize(largest.width, largest.height, where);
      return null;
    }
    const size = orientedSize(header);
    checkPictureSize(size.width, size.height, where);
    return size;
  };

  const decode: PictureDecoder['decode'] = async (bytes, where, target): Promise<Picture> => {
    const full = headerSize(bytes, where);
    const reply = await post({ id: nextId++, blob: new Blob([bytes]), full, target: target ?? null });
    if ('error' in reply) throw notAPicture(bytes, where, FORMATS, reply.error);
    checkPictureSize(reply.width, reply.height, where);
    return { width: reply.width, height: reply.height, data: reply.data };
  };

  return {
    decode,
    async size(bytes, where) {
      const size = headerSize(bytes, where);
      if (size) return size;
      const { width, height } = await decode(bytes, where); // a format whose header we do not read
      return { width, height };
    },
    destroy() {
      for (const worker of [...idle, ...busy.keys()]) worker.terminate();
      for (const job of [...busy.values(), ...queue]) job.resolve({ id: job.request.id, error: 'decoding was ended' });
      idle.length = 0;
      queue.length = 0;
      busy.clear();
    },
  };
}
