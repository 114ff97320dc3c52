// An address says what is open and how it is painted, and says no more than needed; what cannot be used of one is ignored.

import { describe, expect, it } from 'vitest';
import { linkTo, settingsIn } from '../../../src/viewer/link.ts';
import { initialState } from '../../../src/viewer/page-state.ts';

const PAGE = 'http://127.0.0.1:4173/studio/?field=64#x';

function stateOf() {
  const state = initialState();
  state.bundledScenes = [{ name: 'still-life', title: 'Still life', path: '', files: [], bytes: 0 }];
  state.bundledStyles = [{ name: 'night', title: 'Night over the river', file: '' }];
  state.scene = { name: 'Still life', source: '', trainViews: 1, testViews: 0, notes: [], cover: null };
  return state;
}

describe('linkTo', () => {
  it('says what came along, and of settings what differs', () => {
    const state = stateOf();
    expect(linkTo(state, PAGE)).toBe('http://127.0.0.1:4173/studio/?scene=still-life');
    state.style = { ...state.style, chosen: { name: 'Night over the river', thumbnail: '' }, brush: 1.5, loss: 'gram' };
    state.style.keepColours = true;
    state.style.withLoss = 'none';
    expect(linkTo(state, PAGE)).toBe(
      'http://127.0.0.1:4173/studio/?scene=still-life&style=night&brush=1.5&keepColours=true&loss=gram',
    );
  });

  it('says nothing of a person’s own files', () => {
    const state = stateOf();
    state.scene!.name = 'My garden';
    state.style.chosen = { name: 'my cat', thumbnail: '' };
    expect(linkTo(state, PAGE)).toBe('http://127.0.0.1:4173/studio/');
  });

  it('comes back as it was', () => {
    const state = stateOf();
    Object.assign(state.style, {
      brush: 0.7,
      instant: true,
      loss: 'gram',
      withLoss: 'nnfm',
      withWeight: 0.6,
    });
    const { brush, instant, loss, withLoss, withWeight } = state.style;
    expect(settingsIn(new URL(linkTo(state, PAGE)).searchParams)).toEqual({
      ...{ brush, instant, loss, withLoss, withWeight },
    });
  });
});

describe('settingsIn', () => {
  it.each([
    ['brush=9', {}],
    ['brush=', {}],
    ['brush=huge', {}],
    // Of training, not of painting.
    ['steps=112', {}],
    ['keepColours=0&instant=1', { keepColours: false, instant: true }],
    ['loss=nothing', {}],
    ['loss=gram:1,nothing:2', { loss: 'gram', withLoss: 'none' }],
    ['loss=gram,nnfm:-1', { loss: 'gram', withLoss: 'none' }],
  ])('takes of %s what can be used', (query, settings) => {
    expect(settingsIn(new URLSearchParams(query))).toEqual(settings);
  });
});
