// What cases do to a page and read off it. Functions that are evaluated run in the page, and know of nothing here.

import sharp, { type Sharp } from 'sharp';
import { expect } from 'vitest';
import type { TestSurface } from '../../src/viewer/test-surface.ts';
import type { PageDriver } from './page-driver.ts';

/** Mean difference of two pictures that the eye would call different, in levels of 255. */
export const VISIBLE = 2;

type Impasto = TestSurface & { ready: Promise<void> };
declare const window: { impasto: Impasto } & typeof globalThis;

export interface TestPicture {
  width: number;
  height: number;
  /** [H, W, 3]. */
  rgb: Uint8Array;
}

/** What is on the page's screen, every second pixel of every second row. */
export async function pictureOf(page: PageDriver): Promise<TestPicture> {
  const { width, height, base64 } = await page.evaluate(readPicture);
  return { width, height, rgb: new Uint8Array(Buffer.from(base64, 'base64')) };
}

// The functions below run in the page.

/** Bytes as text: lists of numbers are slow through WebDriver. */
export async function readPicture(): Promise<{ width: number; height: number; base64: string }> {
  const { width, height, data } = await window.impasto.picture();
  const parts: string[] = [];
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const i = 4 * (y * width + x);
      parts.push(String.fromCharCode(data[i], data[i + 1], data[i + 2]));
    }
  }
  return { width: Math.ceil(width / 2), height: Math.ceil(height / 2), base64: btoa(parts.join('')) };
}

/** Waits in the page: of many questions by wire some would come too late. @param test a function's body */
export async function waitUntil(
  page: Pick<PageDriver, 'evaluate'>,
  { what, test, ms }: { what: string; test: string; ms: number },
): Promise<void> {
  // Made here: the page's policy lets no text become code there.
  const wait = new Function(
    'question',
    `const holds = () => { ${test} };
    const { what, ms } = question;
    const end = performance.now() + ms;
    return (async () => {
      while (!holds()) {
        if (performance.now() > end) {
          const { notices, state } = window.impasto;
          const told = JSON.stringify({ notices, busy: state.busy, step: state.training.step });
          throw new Error('waited ' + ms / 1000 + ' s for: ' + what + '; ' + told);
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();`,
  ) as (question: { what: string; ms: number }) => Promise<void>;
  await page.evaluate(wait, { what, ms });
}

export function centreOf(selector: string): { x: number; y: number } {
  const { left, top, width, height } = document.querySelector(selector)!.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}

export function pressKey(key: string): void {
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
}

/** Mean difference in levels of the view and the photograph laid over it, in place and a tenth aside. */
export async function compareFraming(): Promise<{ aligned: number; shifted: number }> {
  const field = await window.impasto.picture();
  const over = document.querySelector<HTMLCanvasElement>('.over-view')!;
  const [place, host] = [over, document.querySelector('.viewport')!].map((element) => element.getBoundingClientRect());
  const scale = field.width / host.width;
  const photograph = over.getContext('2d')!.getImageData(0, 0, over.width, over.height).data;
  const differenceAt = (aside: number) => {
    let [sum, count] = [0, 0];
    // The middle three fifths, so that the shifted one lies in the picture too.
    for (let v = Math.ceil(0.2 * over.height); v < 0.8 * over.height; v++) {
      for (let u = Math.ceil(0.2 * over.width); u < 0.8 * over.width; u++) {
        const x = (place.left - host.left + ((u + 0.5) / over.width + aside) * place.width) * scale;
        const y = (place.top - host.top + ((v + 0.5) / over.height) * place.height) * scale;
        const from = 4 * (Math.floor(y) * field.width + Math.floor(x));
        for (let c = 0; c < 3; c++) sum += Math.abs(field.data[from + c] - photograph[4 * (v * over.width + u) + c]);
        count += 3;
      }
    }
    return sum / count;
  };
  return { aligned: differenceAt(0), shifted: Math.min(differenceAt(0.1), differenceAt(-0.1)) };
}

/** The shown view's PSNR as the page says it, and reckoned here from the engine's own floats. */
export async function ownPsnr(): Promise<{ psnr: number; expected: number }> {
  const { session, state } = window.impasto;
  const { camera, picture } = session.state.scene!.train[state.cameraView.index!];
  const target = session.createTarget(picture.width, picture.height);
  await session.render(camera, target, { original: true });
  const rgb = await target.rgb.readF32();
  session.destroyTarget(target);
  let squares = 0;
  for (let p = 0; p < rgb.length / 3; p++) {
    const alpha = picture.data[4 * p + 3] / 255;
    for (let c = 0; c < 3; c++) {
      const truth = (picture.data[4 * p + c] / 255) * alpha + 1 - alpha;
      squares += (Math.min(1, Math.max(0, rgb[3 * p + c])) - truth) ** 2;
    }
  }
  return { psnr: state.cameraView.psnr!, expected: -10 * Math.log10(squares / rgb.length) };
}

export function pressKeys(keys: string): void {
  for (const key of keys) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
}

export function clickBaked(): void {
  const rows = [...document.querySelectorAll<HTMLElement>('.lil-controller')];
  rows
    .find((row) => row.textContent?.includes('paintings baked'))!
    .querySelector('input')!
    .click();
}

export function undo(again = false): void {
  const keys = { key: again ? 'Z' : 'z', ctrlKey: true, shiftKey: again };
  document.body.dispatchEvent(new KeyboardEvent('keydown', { ...keys, bubbles: true }));
}

/** Another picture, of flat halves. */
export async function dropTwoColours(): Promise<void> {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 96;
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#00695c';
  context.fillRect(0, 0, 96, 96);
  context.fillStyle = '#c5e1a5';
  context.fillRect(0, 40, 96, 56);
  const blob = await new Promise<Blob>((resolve) => canvas.toBlob((made) => resolve(made!), 'image/png'));
  const transfer = new DataTransfer();
  transfer.items.add(new File([blob], 'two colours.png', { type: 'image/png' }));
  window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, cancelable: true }));
}

/** The heat map over the view: how much of it is opaque, and whether it covers the view. */
export function agreementMap(): { visible: boolean; covers: boolean; opaque: number } {
  const map = document.querySelector<HTMLCanvasElement>('.over-view.agreement')!;
  const [place, host] = [map, document.querySelector('.viewport')!].map((element) => element.getBoundingClientRect());
  const { data } = map.getContext('2d')!.getImageData(0, 0, map.width, map.height);
  let opaque = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] === 255) opaque++;
  const covers = Math.abs(place.width - host.width) < 2 && Math.abs(place.height - host.height) < 2;
  return { visible: map.checkVisibility(), covers, opaque: (4 * opaque) / data.length };
}

/** A picture made here, of saturated diagonal stripes, dropped as a file. */
export async function dropPaintedStripes(): Promise<void> {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 128;
  const context = canvas.getContext('2d')!;
  for (let y = 0; y < 128; y++) {
    for (let x = 0; x < 128; x++) {
      context.fillStyle = ['#c2185b', '#1a237e', '#fdd835'][Math.floor((x + y) / 11) % 3];
      context.fillRect(x, y, 1, 1);
    }
  }
  const blob = await new Promise<Blob>((resolve) => canvas.toBlob((made) => resolve(made!), 'image/png'));
  const transfer = new DataTransfer();
  transfer.items.add(new File([blob], 'stripes.png', { type: 'image/png' }));
  window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, cancelable: true }));
}

export function dropFile({ name, base64 }: { name: string; base64: string }): void {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name));
  window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, cancelable: true }));
}

// And these here.

/** Grey, 16 bits deep, of printing inks, animated, half transparent, turned, one pixel, and very long. */
export async function stylePictures(): Promise<[string, Buffer][]> {
  const red = { r: 200, g: 30, b: 10 };
  const plain = (width: number, height: number, background: typeof red & { alpha?: number } = red) =>
    sharp({ create: { width, height, channels: background.alpha === undefined ? 3 : 4, background } });
  const frames = await Promise.all([red, { r: 0, g: 0, b: 255 }].map((colour) => plain(6, 4, colour).png().toBuffer()));
  const made: [string, Sharp][] = [
    ['grey.png', plain(6, 4, { r: 90, g: 90, b: 90 }).greyscale().png()],
    ['deep.png', plain(6, 4).toColourspace('rgb16').png()],
    ['inks.jpg', plain(6, 4).toColourspace('cmyk').jpeg()],
    ['film.gif', sharp(frames, { join: { animated: true } }).gif()],
    ['glass.png', plain(6, 4, { ...red, alpha: 0.2 }).png()],
    ['turned.jpg', plain(6, 4).jpeg().withMetadata({ orientation: 6 })],
    ['dot.png', plain(1, 1).png()],
    ['long.png', plain(12_000, 2_100).png({ compressionLevel: 1 })],
  ];
  return await Promise.all(
    made.map(async ([name, image]): Promise<[string, Buffer]> => [name, await image.toBuffer()]),
  );
}

/** Mean absolute difference in levels over a window, whose sides are shares of the picture's. */
export function difference(a: TestPicture, b: TestPicture, left = 0, right = 1, top = 0, bottom = 1): number {
  expect([b.width, b.height]).toEqual([a.width, a.height]);
  let [sum, count] = [0, 0];
  for (let y = Math.ceil(top * a.height); y < Math.floor(bottom * a.height); y++) {
    for (let x = Math.ceil(left * a.width); x < Math.floor(right * a.width); x++) {
      for (let c = 0; c < 3; c++) {
        const i = 3 * (y * a.width + x) + c;
        sum += Math.abs(a.rgb[i] - b.rgb[i]);
        count++;
      }
    }
  }
  return sum / count;
}

/** Standard deviation of all values: an empty picture has none. */
export function deviation({ rgb }: TestPicture): number {
  let [sum, squares] = [0, 0];
  for (const value of rgb) {
    sum += value;
    squares += value * value;
  }
  return Math.sqrt(squares / rgb.length - (sum / rgb.length) ** 2);
}
