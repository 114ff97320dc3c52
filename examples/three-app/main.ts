// A painted field round which a ring of three's own is laid: drag to orbit, any key for the next style.

import { createSession } from 'impasto-3d';
import boat from 'impasto-3d/assets/fields/boat.impasto?url';
import knife from 'impasto-3d/assets/fields/boat.harbour-knife.style.impasto?url';
import swell from 'impasto-3d/assets/fields/boat.great-swell.style.impasto?url';
import { FieldMesh, gpuOf } from 'impasto-3d/three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import { Mesh, MeshBasicMaterial, PerspectiveCamera, Scene, TorusGeometry, WebGPURenderer } from 'three/webgpu';

const fetched = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());

const renderer = new WebGPURenderer({ antialias: true });
await renderer.init();
renderer.setSize(innerWidth, innerHeight);
document.body.append(renderer.domElement);

const session = await createSession(gpuOf(renderer));
await session.load(await fetched(boat), 'boat');
for (const style of [knife, swell]) await session.library.import(await fetched(style), style);
const show = (index: number) => session.show({ styles: [{ id: session.library.styles[index].id, weight: 1 }] });
let shown = 0;
show(shown);
addEventListener('keydown', () => show(++shown % session.library.styles.length));

const ring = new Mesh(new TorusGeometry(0.5, 0.04, 16, 64), new MeshBasicMaterial({ color: 0xff00ff }));
ring.rotation.x = Math.PI / 2;
const field = new FieldMesh(session);
const scene = new Scene().add(field, ring);
const camera = new PerspectiveCamera(45, innerWidth / innerHeight, 0.02, 60);
camera.position.set(1.4, 0.7, 1.4);
const controls = new OrbitControls(camera, renderer.domElement);

for (;;) {
  await new Promise(requestAnimationFrame);
  controls.update();
  renderer.render(scene, await field.update(camera, renderer));
}
