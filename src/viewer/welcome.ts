// The first card: what this is, the bundled scenes, where to drop one's own. Beside the painting that the page opens with,
// in the middle where there is none; gone once a hand is laid on anything or a scene is chosen.

import type { Commands } from './actions/index.ts';
import type { BundledScene, PageState } from './page-state.ts';
import { workButton } from './panels/works-panel.ts';
import { coverOf } from './shipped.ts';
import type { Store } from './store.ts';

/** Earlier works on the card; the panel has all of them. */
const MOST_WORKS = 2;

export function welcome(parent: HTMLElement, store: Store<PageState>, commands: Commands): void {
  const overlay = document.createElement('div');
  overlay.className = 'card-overlay';
  overlay.innerHTML = `
    <section class="card welcome" aria-label="Welcome">
      <button type="button" class="close" aria-label="Close">×</button>
      <h1>Impasto</h1>
      <p>Paints a real 3D scene in the style of any picture. The scene is learnt from photographs and painted
        right here, on your graphics card: nothing is uploaded.</p>
      <p class="try">Drag to turn this one. Pick another style, dots mark those that are painted already, or drop any
        picture.</p>
      <div class="scenes"></div>
      <div class="works" aria-label="Go on with an earlier work"></div>
      <div class="drop-here">or drop a folder or .zip of photographs with camera poses<span><br />
        (transforms.json, COLMAP, LLFF or NeRF-Blender), or an .impasto file</span></div>
    </section>`;
  parent.append(overlay);
  const close = overlay.querySelector<HTMLElement>('.close')!;
  close.addEventListener('click', () => store.patch({ opening: false }));
  const earlier = overlay.querySelector<HTMLElement>('.works')!;
  store.watch(
    (state) => state.works,
    (works) => {
      earlier.hidden = works.length === 0;
      earlier.replaceChildren(...works.slice(0, MOST_WORKS).map((work) => workButton(work, commands)));
    },
  );
  const scenes = overlay.querySelector<HTMLElement>('.scenes')!;
  store.watch(
    ({ bundledScenes, shipped }) => [bundledScenes.length, shipped.length].join(),
    () => {
      const { bundledScenes, shipped } = store.state;
      const light = new Set(shipped.map(({ scene }) => scene));
      scenes.replaceChildren(...bundledScenes.map((scene) => sceneButton(scene, !light.has(scene.name), commands)));
    },
  );
  store.watch(
    (state) => !state.opening && (state.scene !== null || state.busy === 'loading'),
    (away) => {
      overlay.hidden = away;
    },
  );
  store.watch(
    (state) => state.opening,
    (opening) => {
      overlay.classList.toggle('beside', opening);
      close.hidden = !opening;
    },
  );
}

/** @param heavy its photographs will be fetched: says how much that is */
function sceneButton(scene: BundledScene, heavy: boolean, commands: Commands): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  const cover = coverOf(scene);
  if (cover) {
    const image = document.createElement('img');
    image.alt = '';
    image.src = cover;
    button.append(image);
  }
  const title = document.createElement('span');
  title.textContent = heavy ? `${scene.title} · ${(scene.bytes / 1e6).toFixed(1)} MB` : scene.title;
  button.append(title);
  button.addEventListener('click', () => void commands.openBundled(scene.name));
  return button;
}
