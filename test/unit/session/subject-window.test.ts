import { describe, expect, it } from 'vitest';
import type { View } from '../../../src/scene/types.ts';
import { middleOf, subjectWindows } from '../../../src/session/subject-window.ts';

/** A view whose picture is opaque in a box, its red channel telling x and its green channel y. */
function viewOf(width: number, height: number, box: [number, number, number, number] | null, scale = 1): View {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p += 4) {
      const inside = box && x >= box[0] && y >= box[1] && x < box[2] && y < box[3];
      data.set([x, y, 0, inside ? 255 : 0], p);
    }
  }
  const camera = {
    width: width * scale,
    height: height * scale,
    fx: 90 * scale,
    fy: 91 * scale,
    cx: 40 * scale,
    cy: 30 * scale,
    distortion: null,
    cameraToWorld: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
  };
  return { name: 'a', camera, picture: { width, height, data } };
}

describe('subjectWindows', () => {
  it('cuts all views to one size round what each shows, and moves the centre of its camera along', () => {
    const views = [viewOf(80, 60, [10, 12, 30, 30]), viewOf(80, 60, [40, 30, 56, 50], 2)];
    const windows = subjectWindows(views);
    // 20 and 20 pixels at most, a tenth more, in fours.
    expect(windows.map(({ picture }) => [picture.width, picture.height])).toEqual([
      [24, 24],
      [24, 24],
    ]);
    expect([...windows[0].picture.data.subarray(0, 2)]).toEqual([8, 9]);
    expect([...windows[1].picture.data.subarray(0, 2)]).toEqual([36, 28]);
    expect(windows[0].camera).toMatchObject({ width: 24, height: 24, fx: 90, fy: 91, cx: 32, cy: 21 });
    expect(windows[1].camera).toMatchObject({ width: 48, height: 48, fx: 180, fy: 182, cx: 8, cy: 4 });
    // A ray through a pixel is the same ray as before.
    const slope = ({ camera }: View, x: number) => (x - camera.cx) / camera.fx;
    expect(slope(windows[0], 5.5)).toBeCloseTo(slope(views[0], 13.5), 12);
    expect(views[0].picture.width).toBe(80);
  });

  it('stays within the photograph where the subject is at its edge', () => {
    const [window] = subjectWindows([viewOf(80, 60, [0, 40, 20, 60])]);
    expect([...window.picture.data.subarray(0, 2)]).toEqual([0, 36]);
    expect(window.picture.data).toHaveLength(4 * 24 * 24);
  });

  it('takes the middle of a view that shows nothing', () => {
    const [, window] = subjectWindows([viewOf(80, 60, [10, 12, 30, 30]), viewOf(80, 60, null)]);
    expect([...window.picture.data.subarray(0, 2)]).toEqual([28, 20]);
  });

  it.each([
    ['opaque', [0, 0, 80, 60]],
    ['all but filled', [4, 2, 76, 58]],
    ['empty', null],
  ] as const)('leaves %s photographs as they are', (_, box) => {
    const views = [viewOf(80, 60, box && [...box])];
    expect(subjectWindows(views)).toBe(views);
  });
});

describe('middleOf', () => {
  it('cuts a larger view on both sides alike, and leaves every ray where it was', () => {
    const view = viewOf(80, 60, null, 2);
    const middle = middleOf(view, 41);
    expect([middle.picture.width, middle.picture.height]).toEqual([41, 41]);
    expect([...middle.picture.data.subarray(0, 2)]).toEqual([19, 9]);
    expect(middle.camera).toMatchObject({ width: 82, height: 82, fx: 180, fy: 182, cx: 42, cy: 42 });
  });

  it('cuts no side that is short enough, and no view that is', () => {
    const view = viewOf(80, 60, null);
    expect(middleOf(view, 60).picture).toMatchObject({ width: 60, height: 60 });
    expect(middleOf(view, 70).picture).toMatchObject({ width: 70, height: 60 });
    expect(middleOf(view, 80)).toBe(view);
  });
});
