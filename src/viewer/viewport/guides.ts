// What may be drawn into the field: a ground grid, the training cameras as small pyramids with their pictures in
// them, the axes and edges of the unit box. One geometry and one texture for all cameras, however many.

import { positionView } from 'three/tsl';
import {
  AxesHelper,
  Box3,
  Box3Helper,
  BufferAttribute,
  BufferGeometry,
  Color,
  DataTexture,
  DoubleSide,
  GridHelper,
  Group,
  LinearFilter,
  LineBasicNodeMaterial,
  LineSegments,
  Mesh,
  MeshBasicNodeMaterial,
  type NodeMaterial,
  SRGBColorSpace,
  Vector3,
} from 'three/webgpu';
import type { Camera, View } from '../../scene/types.ts';
import { position } from './pose.ts';

const ACCENT = 0xe0a458;
const QUIET = 0x5c6470;
/** Side of a camera's thumbnail in the shared picture, pixels: with many cameras each is small on the screen too. */
const tileFor = (views: number) => (views <= 200 ? 128 : 64);
/** Distance of a frustum's picture from its camera, as a share of the camera's distance to the focus. */
const FRUSTUM_SHARE = 0.09;
/** Behind transparent pictures, sRGB: a shade lighter than the page. */
const BACKING = [42, 46, 54];

export class Guides {
  readonly group = new Group();
  private readonly grid: GridHelper;
  private readonly gizmo = new Group();
  private cameras = new Group();

  constructor() {
    this.grid = new GridHelper(4, 40, ACCENT, QUIET);
    this.gizmo.add(new AxesHelper(0.5));
    this.gizmo.add(new Box3Helper(new Box3(new Vector3(-1, -1, -1), new Vector3(1, 1, 1)), new Color(QUIET)));
    this.group.add(this.grid, this.gizmo, this.cameras);
  }

  show(options: { grid: boolean; gridHeight: number; cameras: boolean; gizmo: boolean }): void {
    this.grid.visible = options.grid;
    this.grid.position.y = options.gridHeight;
    this.cameras.visible = options.cameras;
    this.gizmo.visible = options.gizmo;
  }

  /** Replaces the cameras by those of another scene. */
  setViews(views: readonly View[], focus: Vector3): void {
    const visible = this.cameras.visible;
    this.group.remove(this.cameras);
    for (const child of this.cameras.children as Mesh[]) {
      child.geometry.dispose();
      const material = child.material as MeshBasicNodeMaterial;
      material.map?.dispose();
      material.dispose();
    }
    this.cameras = frusta(views, focus);
    this.cameras.visible = visible;
    this.group.add(this.cameras);
  }
}

function frusta(views: readonly View[], focus: Vector3): Group {
  const distances = views.map(({ camera }) => position(camera).distanceTo(focus)).sort((a, b) => a - b);
  const depth = Math.min(0.2, Math.max(0.04, FRUSTUM_SHARE * distances[distances.length >> 1]));
  const columns = Math.ceil(Math.sqrt(views.length));
  const rows = Math.ceil(views.length / columns);
  const lines: number[] = [];
  const corners: number[] = [];
  const uvs: number[] = [];
  const triangles: number[] = [];
  views.forEach(({ camera }, i) => {
    const [eye, ...base] = frustumPoints(camera, depth);
    base.forEach((corner, k) => {
      lines.push(...eye, ...corner, ...corner, ...base[(k + 1) % 4]);
      corners.push(...corner);
    });
    // Corners run from top left clockwise; row 0 of the picture is row 0 of the texture's data.
    const [u, v] = [i % columns, Math.floor(i / columns)];
    for (const [du, dv] of [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ]) {
      uvs.push((u + du) / columns, (v + dv) / rows);
    }
    triangles.push(...[0, 1, 2, 0, 2, 3].map((k) => 4 * i + k));
  });

  const lineGeometry = new BufferGeometry();
  lineGeometry.setAttribute('position', new BufferAttribute(new Float32Array(lines), 3));
  const pictureGeometry = new BufferGeometry();
  pictureGeometry.setAttribute('position', new BufferAttribute(new Float32Array(corners), 3));
  pictureGeometry.setAttribute('uv', new BufferAttribute(new Float32Array(uvs), 2));
  pictureGeometry.setIndex(triangles);
  const map = thumbnails(views, columns, rows);
  const group = new Group();
  group.add(
    new LineSegments(lineGeometry, beyondTheEye(new LineBasicNodeMaterial({ color: ACCENT }), depth)),
    new Mesh(pictureGeometry, beyondTheEye(new MeshBasicNodeMaterial({ map, side: DoubleSide }), depth)),
  );
  return group;
}

/** Nothing right before the eye: whoever looks through a camera would see its thumbnail and nothing else. */
function beyondTheEye<M extends NodeMaterial>(material: M, depth: number): M {
  material.maskNode = positionView.length().greaterThan(1.5 * depth);
  return material;
}

/** Eye, then the picture's corners at `depth`, from top left clockwise, in scene units. */
function frustumPoints(camera: Camera, depth: number): [number, number, number][] {
  const m = camera.cameraToWorld;
  const toWorld = (x: number, y: number, z: number): [number, number, number] => [
    m[0] * x + m[1] * y + m[2] * z + m[3],
    m[4] * x + m[5] * y + m[6] * z + m[7],
    m[8] * x + m[9] * y + m[10] * z + m[11],
  ];
  const corner = (px: number, py: number) =>
    toWorld(((px - camera.cx) / camera.fx) * depth, ((camera.cy - py) / camera.fy) * depth, -depth);
  const { width, height } = camera;
  return [toWorld(0, 0, 0), corner(0, 0), corner(width, 0), corner(width, height), corner(0, height)];
}

/** All pictures, small, side by side in one texture. */
function thumbnails(views: readonly View[], columns: number, rows: number): DataTexture {
  const tile = tileFor(views.length);
  const width = columns * tile;
  const data = new Uint8Array(width * rows * tile * 4);
  views.forEach(({ picture }, i) => {
    const left = (i % columns) * tile;
    const top = Math.floor(i / columns) * tile;
    for (let y = 0; y < tile; y++) {
      const fromRow = Math.floor(((y + 0.5) / tile) * picture.height) * picture.width;
      for (let x = 0; x < tile; x++) {
        const from = 4 * (fromRow + Math.floor(((x + 0.5) / tile) * picture.width));
        const to = 4 * ((top + y) * width + left + x);
        // A checkpoint knows its cameras but has no pictures.
        const alpha = (picture.data[from + 3] ?? 0) / 255;
        for (let c = 0; c < 3; c++) data[to + c] = alpha * (picture.data[from + c] ?? 0) + (1 - alpha) * BACKING[c];
        data[to + 3] = 255;
      }
    }
  });
  const texture = new DataTexture(data, width, rows * tile);
  texture.colorSpace = SRGBColorSpace;
  texture.minFilter = texture.magFilter = LinearFilter;
  texture.needsUpdate = true;
  return texture;
}
