// Of scenes whose photographs show a thing on nothing, painting looks at the thing: a window of one size round it in every
// view. What is round it cannot be painted, and would only make strokes coarser beside the thing, distances to the style
// blind to it, and steps dearer.

import type { Camera, Picture, View } from '../scene/types.ts';

/** Alpha under which a pixel shows nothing. */
const FAINT = 8;
/** Of the window, left free round the thing where it is largest. */
const MARGIN = 0.05;
/** A window of more of the photograph than this is not worth it. */
const MOST = 0.8;

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The views as they are, or each cut to a window, all windows of one size, with its camera's centre moved along. */
export function subjectWindows(views: View[]): View[] {
  const boxes = views.map(({ picture }) => coveredBox(picture));
  const found = boxes.filter((box) => box !== null);
  if (found.length === 0) return views;
  const least = (side: 'width' | 'height') => Math.min(...views.map(({ picture }) => picture[side]));
  const [width, height] = [
    windowSide(Math.max(...found.map(({ left, right }) => right - left)), least('width')),
    windowSide(Math.max(...found.map(({ top, bottom }) => bottom - top)), least('height')),
  ];
  if (width * height > MOST * least('width') * least('height')) return views;
  return views.map((view, v) => {
    const { picture, camera } = view;
    const { left, right, top, bottom } = boxes[v] ?? wholeOf(picture);
    const x = placed((left + right - width) / 2, picture.width - width);
    const y = placed((top + bottom - height) / 2, picture.height - height);
    return {
      ...view,
      picture: cut(picture, x, y, width, height),
      camera: cutCamera(camera, picture, x, y, width, height),
    };
  });
}

/** The middle of a view, of sides no longer than so many pixels; a view that is no larger as it is. */
export function middleOf(view: View, longest: number): View {
  const { picture, camera } = view;
  const [width, height] = [Math.min(picture.width, longest), Math.min(picture.height, longest)];
  if (width === picture.width && height === picture.height) return view;
  const [x, y] = [(picture.width - width) >> 1, (picture.height - height) >> 1];
  return {
    ...view,
    picture: cut(picture, x, y, width, height),
    camera: cutCamera(camera, picture, x, y, width, height),
  };
}

/** In whole multiples of 4, as the feature networks like it. */
function windowSide(covered: number, most: number): number {
  return Math.min(most, Math.ceil((covered * (1 + 2 * MARGIN)) / 4) * 4);
}

const placed = (wanted: number, most: number) => Math.min(most, Math.max(0, Math.round(wanted)));

const wholeOf = ({ width, height }: Picture): Box => ({ left: 0, top: 0, right: width, bottom: height });

/** Bounds of what is not transparent, right and bottom exclusive; null for pictures of nothing. */
function coveredBox(picture: Picture): Box | null {
  const { width, height, data } = picture;
  // Two opposite corners are enough: opaque photographs are not walked through.
  if (data[3] >= FAINT && data[data.length - 1] >= FAINT) return wholeOf(picture);
  const box = { left: width, top: height, right: 0, bottom: 0 };
  for (let y = 0, p = 3; y < height; y++) {
    for (let x = 0; x < width; x++, p += 4) {
      if (data[p] < FAINT) continue;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x + 1);
      box.top = Math.min(box.top, y);
      box.bottom = y + 1;
    }
  }
  return box.right > 0 ? box : null;
}

function cut(picture: Picture, x: number, y: number, width: number, height: number): Picture {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let row = 0; row < height; row++) {
    const from = 4 * ((y + row) * picture.width + x);
    data.set(picture.data.subarray(from, from + 4 * width), 4 * row * width);
  }
  return { width, height, data };
}

/** Cameras count in pixels of their picture. */
function cutCamera(camera: Camera, picture: Picture, x: number, y: number, width: number, height: number): Camera {
  const [sx, sy] = [camera.width / picture.width, camera.height / picture.height];
  return {
    ...camera,
    width: width * sx,
    height: height * sy,
    cx: camera.cx - x * sx,
    cy: camera.cy - y * sy,
  };
}
