// The first picture, long before the field is there: the small one that a finished painting has in its own file, blurred
// over the whole view, until the first frame takes its place.

import { readContainer } from '../nerf/container.ts';
import type { PageState } from './page-state.ts';
import type { Store } from './store.ts';

/** @returns an address of the small picture in a style file, null where it has none */
export function posterOf(bytes: Uint8Array, where: string): string | null {
  const picture = readContainer(bytes, where).tensors.get('thumbnail')?.data;
  return picture instanceof Uint8Array
    ? URL.createObjectURL(new Blob([new Uint8Array(picture)], { type: 'image/png' }))
    : null;
}

export function posterLayer(host: HTMLElement, store: Store<PageState>): void {
  const image = document.createElement('img');
  image.className = 'poster';
  image.alt = '';
  image.addEventListener('load', () => performance.mark('impasto.poster'));
  const stop = store.watch(
    ({ poster, view }) => (view.fieldWidth > 0 ? '' : poster),
    (address) => {
      if (address) {
        image.src = address;
        host.append(image);
      } else if (address === '') {
        performance.mark('impasto.painted');
        image.classList.add('leaving');
        setTimeout(() => {
          image.remove();
          if (image.src) URL.revokeObjectURL(image.src);
          stop();
        }, 600);
      }
    },
  );
}
