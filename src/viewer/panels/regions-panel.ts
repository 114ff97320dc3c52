// Regions: parts of the scene that are picked or brushed in the view and get a style of their own, or none.

import type GUI from 'lil-gui';
import type { Region } from '../../session/regions/types.ts';
import type { Page } from '../page.ts';
import type { PageState } from '../page-state.ts';
import { type PageRegions, REGION_COLOURS } from '../regions.ts';
import { addButtons, addElement, addText, follow } from './gui-parts.ts';

/** What a region shows that has no style of the library. */
const REST = 'as the rest';
const NONE = 'none';

const TOOLS = { Pick: 'pick', Brush: 'brush', Erase: 'erase' } as const;

export function regionsPanel(gui: GUI, { store, regions }: Page): void {
  const folder = gui.addFolder('Regions').close();
  const active = ({ regions: { list, active: id } }: PageState): Region | null =>
    list.find((region) => region.id === id) ?? null;

  const chips = addElement(folder, 'div', 'chips');
  store.watch(
    ({ regions: { list, active: id } }) => JSON.stringify([list.map((one) => [one.id, one.name]), id]),
    () => {
      const { list, active: id } = store.state.regions;
      chips.replaceChildren(...list.map((region) => chip(region, region.id === id, regions)));
      chips.hidden = list.length === 0;
    },
  );
  const tools = addButtons(folder, {
    Pick: () => regions.setTool('pick'),
    Brush: () => regions.setTool('brush'),
    Erase: () => regions.setTool('erase'),
    New: () => regions.add(),
  });
  tools.New.title = 'One more region, four at most';
  store.watch(
    ({ regions: { tool, list }, training }) => `${tool} ${list.length} ${training.trainedPreset === null}`,
    () => {
      const { tool, list } = store.state.regions;
      const nothing = store.state.training.trainedPreset === null;
      for (const [label, name] of Object.entries(TOOLS)) {
        tools[label].setAttribute('aria-pressed', `${tool === name}`);
        tools[label].classList.toggle('primary', tool === name);
        tools[label].disabled = nothing;
      }
      tools.New.disabled = nothing || list.length >= REGION_COLOURS.length;
    },
  );
  addText(folder, store, ({ regions: { tool, working, list } }) => {
    if (working) return 'looking at the surfaces …';
    if (tool === 'pick') return 'Click on a thing in the view; alt-click takes it away.';
    if (tool === 'brush') return 'Paint over the view; with alt, erase.';
    if (tool === 'erase') return 'Erase in the view; with alt, paint.';
    return list.length ? '' : 'Pick a thing in the view, and give it a style of its own.';
  });

  const record = { ...store.state.regions, style: REST, strength: 1, softness: 0 };
  const tolerance = folder.add(record, 'tolerance', 0, 1, 0.01);
  tolerance.onChange((value: number) => regions.setTolerance(value));
  follow(tolerance, record, 'tolerance', store, (state) => state.regions.tolerance);
  const size = folder.add(record, 'size', 0.005, 0.2, 0.005).name('brush size');
  size.onChange((value: number) => store.update('regions', { size: value }));
  const softness = folder.add(record, 'softness', 0, 0.25, 0.005);
  softness.onChange((value: number) => regions.setSoftness(value));
  softness.onFinishChange(() => regions.endSoftness());
  follow(softness, record, 'softness', store, (state) => active(state)?.softness ?? 0);

  let style = folder.add(record, 'style', [REST, NONE]);
  const offer = () => {
    // Two styles may be called alike: each is offered by its own name.
    const names = new Map<string, string>([
      [REST, REST],
      [NONE, NONE],
    ]);
    for (const { id, name } of store.state.library.styles) names.set(names.has(name) ? `${name} (${id})` : name, id);
    style = style.options(Object.fromEntries(names));
    style.onChange((value: string) => {
      if (value === REST) regions.setLook(null);
      else {
        const strength = active(store.state)?.look?.strength ?? 1;
        regions.setLook({ styles: value === NONE ? [] : [{ id: value, weight: 1 }], strength: strength || 1 });
      }
    });
    show();
  };
  const show = () => {
    const region = active(store.state);
    record.style = !region?.look ? REST : (region.look.styles[0]?.id ?? NONE);
    style.updateDisplay();
    style.enable(region !== null);
    strength.enable((region?.look?.styles.length ?? 0) > 0);
    softness.enable(region !== null);
    for (const button of Object.values(buttons)) button.disabled = region === null;
  };
  const strength = folder.add(record, 'strength', 0, 1, 0.01);
  strength.onChange((value: number) => regions.setStrength(value));
  strength.onFinishChange(() => regions.endStrength());
  follow(strength, record, 'strength', store, (state) => active(state)?.look?.strength ?? 1);
  const tint = folder.add(record, 'tint').name('point out');
  tint.onChange((value: boolean) => store.update('regions', { tint: value }));
  follow(tint, record, 'tint', store, (state) => state.regions.tint);
  const buttons = addButtons(folder, {
    Invert: () => regions.act('invert'),
    Clear: () => regions.act('clear'),
    Delete: () => regions.act('delete'),
  });
  store.watch((state) => state.library.styles, offer);
  store.watch(({ regions: { list, active: id } }) => JSON.stringify([list, id]), show);
}

function chip(region: Region, chosen: boolean, regions: PageRegions): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = region.name;
  button.style.setProperty('--chip', REGION_COLOURS[region.id - 1]);
  button.setAttribute('aria-pressed', `${chosen}`);
  button.addEventListener('click', () => regions.choose(region.id));
  return button;
}
