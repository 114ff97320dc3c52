// The page's start: device, engine, picture, panels, in that order. Everything is wired here and nowhere else.

import './no-eval.ts';
import GUI from 'lil-gui';
import { Gpu, NoWebGpuError } from '../gpu/device.ts';
import { createBrowserDecoder } from '../scene/browser-decoder.ts';
import { createSession } from '../session/session.ts';
import { urlSource } from '../style/features/weights-web.ts';
import { commandsOf } from './actions/index.ts';
import { onlyShown } from './actions/library.ts';
import { Agreement } from './agreement.ts';
import { ask } from './ask.ts';
import { goOnAfterReload, workAfterReload } from './autosave/after-reload.ts';
import { Autosave } from './autosave/autosave.ts';
import { describeSnapshot } from './autosave/field-snapshot.ts';
import { StyleFiles } from './autosave/style-files.ts';
import { CameraView } from './camera-view.ts';
import { download, fileName } from './download.ts';
import { dropZone } from './drop-zone.ts';
import { fetchBytes } from './fetch-source.ts';
import { filmStrip } from './film/film-strip.ts';
import { nameView, panelHost } from './layout.ts';
import { askBeforeLeaving, losesByLeaving } from './leaving.ts';
import { loadingCard } from './loading-card.ts';
import { remoteNetwork } from './network.ts';
import { deviceLostPage, noWebGpuPage } from './notice-page.ts';
import { Notices } from './notices.ts';
import { lookAfterOffline } from './offline/register.ts';
import { openShipped } from './opening.ts';
import { LOSS_KNOWN_MS, Page } from './page.ts';
import { type BundledScene, type BundledStyle, initialState, type PageState } from './page-state.ts';
import { PANELS } from './panels/index.ts';
import { posterLayer } from './poster.ts';
import { regionPointer } from './region-pointer.ts';
import { followSession } from './session-events.ts';
import { endsWelcome, readyStyle, type ShippedField } from './shipped.ts';
import { shortcuts } from './shortcuts.ts';
import { statusLine } from './status-line.ts';
import { Store } from './store.ts';
import { thumbnailOf } from './style-picture.ts';
import './test-surface.ts';
import { ViewPacker } from '../export/packed-view.ts';
import { readUrlOptions } from './url-options.ts';
import { AutoBake } from './viewport/auto-bake.ts';
import { canvasesAreShown } from './viewport/presentation-probe.ts';
import { Viewport } from './viewport/viewport.ts';
import { welcome } from './welcome.ts';
import { wipeLine } from './wipe-line.ts';

/** Time for a frame while the view moves, by kind of adapter. */
const BUDGET_MS = { hardware: 33, software: 300 };
/** An adapter that takes longer for a million pixels is treated as a software one. */
const SLOW_PACK_MS = 12;

async function start(app: HTMLElement): Promise<void> {
  const url = readUrlOptions(location.search);
  const store = new Store<PageState>(initialState());
  const notices = new Notices(app);

  const gpu = await Gpu.open();
  let autosave: Autosave | null = null;
  gpu.onLost((sentence) => {
    store.patch({ lost: sentence });
    showLost(app, store, autosave, sentence);
  });
  gpu.onError((sentence) => {
    console.error(sentence);
    notices.show('error', sentence);
  });
  const packer = await ViewPacker.of(gpu);
  const packMs = await packer.speed();
  console.debug(`pack_view: ${packMs.toFixed(1)} ms a million pixels`);
  const slow = gpu.isSoftware || packMs > SLOW_PACK_MS;
  const presentation = url.present ?? ((await canvasesAreShown(gpu.device)) ? 'canvas' : 'read-back');
  store.patch({
    adapter: gpu.info.description || [gpu.info.vendor, gpu.info.architecture].filter(Boolean).join(' ') || 'WebGPU',
    software: slow,
    presentation,
  });
  store.update('training', { preset: url.preset ?? (slow ? 'quick' : 'standard') });
  store.update('view', { budgetMs: slow ? BUDGET_MS.software : BUDGET_MS.hardware });
  store.update('style', url.settings ?? {});
  if (slow) store.update('export', { width: 320, height: 240, frames: 48 });

  const networkAddress = url.features ?? import.meta.env.VITE_VGG19_URL;
  const session = await createSession(gpu, {
    bundledNetwork: urlSource('./weights/small.json'),
    remoteNetwork: remoteNetwork(networkAddress, (question, signal) => ask(app, question, signal)),
  });
  // None is loaded before the first style: the one that would be, or the choice that will be offered.
  store.patch({ features: networkAddress ? 'vgg19 or small, as you choose' : 'small' });

  autosave = new Autosave({
    session,
    picture: async () => thumbnailOf(await viewport.picture()),
    onList: (works) => store.patch({ works }),
    onFailure: (sentence) => notices.show('warning', sentence),
  });
  const again = workAfterReload();
  // A store that does not answer must not keep the page from starting.
  const listed = autosave.begin();

  const host = document.createElement('main');
  host.className = 'viewport empty';
  app.prepend(host);
  const viewport: Viewport = await Viewport.create(gpu, session, host, {
    readBack: presentation === 'read-back',
    antialias: !slow,
    field: url.field,
    budgetMs: store.state.view.budgetMs,
    onFrame: ({ width, height, ms }) => {
      store.update('view', { fieldWidth: width, fieldHeight: height, frameMs: ms });
      cameraView.fieldShown();
    },
    onTurned: () => cameraView.leave(),
    onError: (error) => {
      // Of a lost device its own page tells, a moment later.
      setTimeout(() => {
        if (store.state.lost) return;
        console.error(error);
        notices.show('error', `The view could not be drawn: ${error.message}`);
      }, LOSS_KNOWN_MS);
    },
  });
  const cameraView: CameraView = new CameraView({
    session,
    store,
    viewport,
    host,
    onError: (error) => console.debug('the view was not measured', error),
  });
  new Agreement({
    session,
    store,
    viewport,
    host,
    onError: (error) => console.debug('agreement was not measured', error),
  });
  const decoder = createBrowserDecoder();
  const page = new Page({
    session,
    store,
    viewport,
    notices,
    decoder,
    url,
    cameraView,
    autosave,
    styleFiles: new StyleFiles((sentence) => notices.show('warning', sentence)),
    ask: (question) => ask(app, question),
    commandsOf,
  });
  const { commands } = page;
  followSession(session, store, viewport, notices);
  viewFollowsState(store, viewport, host);
  store.watch(onlyShown, () => commands.chooseShown());
  const autoBake = new AutoBake(session, slow, (error) => {
    console.error(error);
    notices.show('warning', `The painting could not be baked, and is shown slower: ${error.message}`);
  });
  store.watch(
    (state) => state.view.baked,
    (wanted) => {
      autoBake.setWanted(wanted);
      viewport.setBaked(wanted);
    },
  );

  askBeforeLeaving(window, () => losesByLeaving(store.state, autosave.hasUnkept));

  posterLayer(host, store);
  brand(host, store);
  wipeLine(host, store);
  regionPointer(host, store, page.regions);
  nameView(host, store);
  filmStrip(app, page);
  const gui = new GUI({ container: panelHost(app, store), title: 'Impasto', injectStyles: false, touchStyles: 0 });
  for (const panel of PANELS) panel(gui, page);
  welcome(app, store, commands);
  endsWelcome(store, host);
  loadingCard(host, store);
  const help = shortcuts(app, page);
  statusLine(app, store, { help, panels: () => commands.togglePanels() });
  dropZone(app, commands);

  Object.assign(window.impasto, {
    session,
    state: store.state,
    commands: {
      ...commands,
      get lastVideo() {
        return page.lastVideo;
      },
    },
    notices: notices.history,
    picture: () => viewport.picture(),
    atRest: () => autoBake.settled().then(() => viewport.atRest()),
    kept: () => autosave.last,
    freeSize() {
      viewport.budget.fixedLongSide = undefined;
      viewport.invalidate();
    },
    standpoint: () => viewport.rig.standpoint(),
  });

  await Promise.all([
    bundledIndex<BundledScene>('./scenes/index.json').then((bundledScenes) => store.patch({ bundledScenes })),
    bundledIndex<BundledStyle>('./styles/index.json').then((bundledStyles) => store.patch({ bundledStyles })),
    url.shipped && bundledIndex<ShippedField>('./fields/index.json').then((shipped) => store.patch({ shipped })),
  ]).catch((error: Error) => notices.show('warning', error.message));
  if (again) void listed.then(() => commands.goOn(again));
  else if (url.scene) void commands.openBundled(url.scene).then(() => chooseLinked(page, url.style));
  else await openFirst(page).then(() => chooseLinked(page, url.style));
  lookAfterOffline();
}

/** What the page opens with by itself, the welcome beside it: the first field that came along. */
async function openFirst(page: Page): Promise<void> {
  const { store } = page;
  const [first] = store.state.shipped;
  if (!first) return;
  store.patch({ opening: true });
  await openShipped(page, first, true);
}

/** The style of an address: shown where it came along finished, else only chosen; painting is begun by a person. */
async function chooseLinked(page: Page, name: string | undefined): Promise<void> {
  const { store, commands } = page;
  const style = store.state.bundledStyles.find((one) => one.name === name);
  if (!style) return;
  if (readyStyle(store.state, style.title)) await commands.chooseBundledStyle(style);
  else store.update('style', { chosen: { name: style.title, thumbnail: `./styles/thumbs/${style.file}` } });
}

/** Says in words what happened, what is kept and what is gone; the way on is a reload. */
function showLost(app: HTMLElement, store: Store<PageState>, autosave: Autosave | null, sentence: string): void {
  const kept = autosave?.last ?? null;
  const stored = autosave?.lastIsStored ?? false;
  const { busy, training, style } = store.state;
  const later = training.step - (kept?.step ?? 0);
  const losses = [
    later > 0 && training.step > 0 ? `${later.toLocaleString('en')} training steps${kept ? ' since then' : ''}` : '',
    busy === 'stylizing' ? `the painting of ${style.chosen?.name ?? 'the style'} that was under way` : '',
    busy === 'rendering' ? 'the video that was being made' : '',
  ].filter(Boolean);
  deviceLostPage(app, {
    reason: sentence,
    kept: kept && `${kept.scene}, ${describeSnapshot(kept)}${stored ? '' : ', in this tab alone'}`,
    gone: losses.length ? `Gone: ${losses.join(', ')}.` : '',
    onAgain() {
      if (kept) goOnAfterReload(kept.id);
      location.reload();
    },
    onSave: () =>
      kept && download(`${fileName(kept.scene, ...kept.style)}.impasto`, 'application/octet-stream', kept.bytes),
  });
}

async function bundledIndex<T>(address: string): Promise<T[]> {
  return JSON.parse(new TextDecoder().decode(await fetchBytes(address, 'the bundled files'))) as T[];
}

/** State -> view: the only way in which panels reach the picture. */
function viewFollowsState(store: Store<PageState>, viewport: Viewport, host: HTMLElement): void {
  const guides = ({ view }: PageState) => [view.grid, view.gridHeight, view.cameras, view.gizmo].join();
  store.watch(guides, () => viewport.setGuides(store.state.view));
  store.watch(
    ({ compare }) => (compare.on ? compare.position : null),
    (share) => viewport.setWipe(share),
  );
  store.watch(
    (state) => state.view.detail,
    (detail) => viewport.setDetail(detail),
  );
  store.watch(
    (state) => state.view.budgetMs,
    (budgetMs) => {
      viewport.budget.budgetMs = budgetMs;
    },
  );
  store.watch(
    (state) => state.scene === null,
    (empty) => host.classList.toggle('empty', empty),
  );
}

function brand(host: HTMLElement, store: Store<PageState>): void {
  const element = document.createElement('div');
  element.className = 'brand';
  element.innerHTML = '<h1>Impasto</h1><span></span>';
  host.append(element);
  const line = element.querySelector('span')!;
  store.watch(
    ({ scene, style }) =>
      scene ? scene.name + (style.applied.length ? ` after ${style.applied.join(' + ')}` : '') : '',
    (text) => {
      line.textContent = text;
    },
  );
}

const app = document.getElementById('app')!;
const ready = start(app);
window.impasto = { ready };
ready.catch((error: Error) => {
  if (error instanceof NoWebGpuError) noWebGpuPage(app, error.message);
  else {
    console.error(error);
    noWebGpuPage(app, `The page could not start: ${error.message}`);
  }
});
