// The pointer in the view while a region is worked on: a crosshair that picks at a click, or a round brush. The other
// buttons and the wheel turn the view as ever.

import type { PageState } from './page-state.ts';
import type { PageRegions, Spot } from './regions.ts';
import type { Store } from './store.ts';

/** A press that moves farther than this many pixels is no click. */
const CLICK_PX = 5;

export function regionPointer(host: HTMLElement, store: Store<PageState>, regions: PageRegions): void {
  const ring = document.createElement('div');
  ring.className = 'brush-ring';
  ring.hidden = true;
  host.append(ring);
  const tool = () => store.state.regions.tool;
  const brushes = () => tool() === 'brush' || tool() === 'erase';
  let stroke: ReturnType<PageRegions['stroke']> | null = null;
  let pressed: { x: number; y: number } | null = null;

  const spotOf = ({ clientX, clientY }: PointerEvent): Spot => {
    const { left, top, width, height } = host.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  };
  const place = (event: PointerEvent) => {
    const { left, top, width, height } = host.getBoundingClientRect();
    const radius = store.state.regions.size * Math.max(width, height);
    ring.style.width = ring.style.height = `${2 * radius}px`;
    ring.style.left = `${event.clientX - left}px`;
    ring.style.top = `${event.clientY - top}px`;
  };

  // In the capture phase: the camera's controls listen to the same element and must not hear of it.
  host.addEventListener(
    'pointerdown',
    (event) => {
      const onPicture = !(event.target as HTMLElement).closest('button, select, .wipe, .camera-view');
      if (tool() === 'turn' || event.button !== 0 || !event.isPrimary || !onPicture) return;
      event.stopImmediatePropagation();
      event.preventDefault();
      host.setPointerCapture(event.pointerId);
      pressed = { x: event.clientX, y: event.clientY };
      if (!brushes()) return;
      stroke = regions.stroke((tool() === 'erase') !== event.altKey);
      stroke.dab(spotOf(event));
    },
    { capture: true },
  );
  host.addEventListener(
    'pointermove',
    (event) => {
      ring.hidden = !brushes();
      if (!ring.hidden) place(event);
      if (!pressed) return;
      event.stopImmediatePropagation();
      for (const each of event.getCoalescedEvents?.() ?? []) stroke?.dab(spotOf(each));
      stroke?.dab(spotOf(event));
    },
    { capture: true },
  );
  const release = (event: PointerEvent) => {
    if (!pressed) return;
    event.stopImmediatePropagation();
    const moved = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y);
    pressed = null;
    if (stroke) stroke.end();
    else if (event.type === 'pointerup' && moved < CLICK_PX) void regions.pick(spotOf(event), event.altKey);
    stroke = null;
  };
  host.addEventListener('pointerup', release, { capture: true });
  host.addEventListener('pointercancel', release, { capture: true });
  host.addEventListener('pointerleave', () => {
    ring.hidden = true;
  });
  store.watch(
    (state) => `${state.regions.tool} ${state.regions.working}`,
    () => {
      host.dataset.tool = tool();
      host.classList.toggle('working', store.state.regions.working);
      if (!brushes()) ring.hidden = true;
    },
  );
}
