// The filmstrip's list: what stands in it for every style, in which order and how it is said to be.

import { describe, expect, it } from 'vitest';
import { framesAsTheyChange, framesOf, stateWords } from '../../../src/viewer/film/frames.ts';
import { initialState, type PageState, type PaintedStyle } from '../../../src/viewer/page-state.ts';

const bundled = (title: string) => ({ name: title, title, file: `${title}.webp` });
const painted = (id: string, name: string, more: Partial<PaintedStyle> = {}): PaintedStyle => ({
  id,
  name,
  thumbnail: `${id}.png`,
  detail: '',
  unfinished: null,
  ...more,
});

/** A scene that came along with one finished style of three. */
function stateOf(changes: Partial<PageState> = {}): PageState {
  const state = initialState();
  state.bundledStyles = ['Night', 'Wave', 'Knife'].map(bundled);
  const styles = [{ style: 'Knife', title: 'Knife', file: 'boat.knife' }];
  state.shipped = [{ scene: 'boat', title: 'Boat', file: 'boat', preset: 'quick', steps: 9, styles }];
  state.scene = { name: 'Boat', source: '', trainViews: 1, testViews: 0, notes: [], cover: 'cover.webp' };
  Object.assign(state.training, { step: 9, trainedPreset: 'quick' });
  return Object.assign(state, changes);
}
const told = (state: PageState) => framesOf(state).map((frame) => `${frame.name}: ${frame.state}`);

describe('framesOf', () => {
  it('begins with the original, then what is there at a click, then the rest', () => {
    const state = stateOf();
    expect(told(state)).toEqual(['Original: ready', 'Knife: ready', 'Night: new', 'Wave: new']);
    expect(framesOf(state).map(({ thumbnail }) => thumbnail?.split('/').at(-1))).toEqual([
      'cover.webp',
      'Knife.webp',
      'Night.webp',
      'Wave.webp',
    ]);
    // Trained on it is another field, and its finished style no longer fits; the order stays.
    state.training.step = 12;
    expect(told(state)).toEqual(['Original: ready', 'Knife: new', 'Night: new', 'Wave: new']);
  });

  it('shows a painting in the place of its style, with the scene in it; own ones first', () => {
    const state = stateOf();
    state.library.styles = [
      painted('w1', 'Wave'),
      painted('own', 'My cat', { thumbnail: null }),
      painted('w2', 'Wave'),
    ];
    state.library.shown = [{ id: 'w2', weight: 1 }];
    expect(told(state)).toEqual([
      'Original: ready',
      'My cat: ready',
      'Knife: ready',
      'Night: new',
      'Wave: ready',
      'Wave: ready',
    ]);
    const frames = framesOf(state);
    expect(frames.map(({ shown }) => shown)).toEqual([false, false, false, false, false, true]);
    expect(frames.slice(4).map(({ thumbnail, id }) => [thumbnail, id])).toEqual([
      ['w1.png', 'w1'],
      ['w2.png', 'w2'],
    ]);
    expect(frames[1].thumbnail).toBeNull();
    // What a fade goes to counts as shown.
    state.library.fadesTo = { styles: [{ id: 'own', weight: 1 }], strength: 1 };
    expect(framesOf(state).filter(({ shown }) => shown)).toMatchObject([{ id: 'own' }]);
  });

  it('shows what is being painted, how far, and what waits behind it', () => {
    const state = stateOf();
    state.style.chosen = { name: 'My cat', thumbnail: 'cat.jpg' };
    Object.assign(state.style, { step: 3, stepCount: 12 });
    state.jobs = [
      { kind: 'stylize', title: 'painting Night', style: 'Night' },
      { kind: 'export', title: 'the video' },
      { kind: 'stylize', title: 'painting My cat', style: 'My cat' },
    ];
    expect(told(state)).toEqual(['Original: ready', 'My cat: waiting', 'Knife: ready', 'Night: painting', 'Wave: new']);
    const frames = framesOf(state);
    expect(frames[3].share).toBe(0.25);
    expect(frames[1].thumbnail).toBe('cat.jpg');
    expect(stateWords(frames[3])).toBe('being painted, 25 %');
    expect(stateWords(frames[1])).toBe('waits for its turn');
    // The same style again waits beside its first painting.
    state.jobs = [...state.jobs, { kind: 'stylize', title: 'painting Night', style: 'Night' }];
    expect(new Set(framesOf(state).map(({ key }) => key)).size).toBe(6);
  });

  it('marks what was cut short, and its ring grows again when it is gone on with', () => {
    const state = stateOf();
    state.library.styles = [painted('w', 'Wave', { unfinished: { laid: 3, planned: 12 } })];
    expect(framesOf(state).at(-1)).toMatchObject({ state: 'unfinished', share: 0.25 });
    expect(stateWords(framesOf(state).at(-1)!)).toBe('unfinished at 25 %');
    state.jobs = [{ kind: 'stylize', title: 'going on with Wave', style: 'Wave', of: 'w' }];
    Object.assign(state.style, { step: 6, stepCount: 12 });
    expect(told(state).slice(-1)).toEqual(['Wave: painting']);
    expect(framesOf(state).at(-1)).toMatchObject({ id: 'w', share: 0.5 });
  });

  it('is empty without styles and scene, and waits where a style was chosen before the training', () => {
    expect(framesOf(initialState())).toEqual([]);
    const state = stateOf();
    Object.assign(state.training, { step: 0, trainedPreset: null });
    Object.assign(state.style, { waiting: true, chosen: { name: 'Wave', thumbnail: '' } });
    expect(told(state)).toContain('Wave: waiting');
    expect(framesOf(state)[0].shown).toBe(false);
  });
});

describe('the list of frames', () => {
  it('is the same one until something of it changes', () => {
    const frames = framesAsTheyChange();
    const state = { ...initialState(), bundledStyles: [{ name: 'a', title: 'A', file: 'a.webp' }] };
    const first = frames(state);
    expect(first.map(({ name }) => name)).toEqual(['A']);
    const drawn: PageState = { ...state, view: { ...state.view } };
    expect(frames(drawn)).toBe(first);
    expect(frames({ ...state, progress: { ...state.progress } as never })).toBe(first);
    const more = [...state.bundledStyles, { name: 'b', title: 'B', file: 'b.webp' }];
    expect(frames({ ...state, bundledStyles: more })).toHaveLength(2);
  });
});
