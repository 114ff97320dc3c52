// Where the view stands and how it moves: orbiting by hand within bounds that the scene's own cameras set, flying to a
// photograph's camera and looking through it exactly, turning round the point of a surface. It knows of no field.

import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import { PerspectiveCamera, Spherical, type Vector3 } from 'three/webgpu';
import type { Camera } from '../../scene/types.ts';
import { fieldCamera } from '../../three/field-camera.ts';
import type { Size } from '../../three/frame-budget.ts';
import { applyLens, applyPose, type Pose, pictureIn, poseBetween, poseThrough, type Rectangle } from './lens.ts';
import { direction, type OrbitLimits, orbitLimits, position, viewFov } from './pose.ts';

/** Time from one camera to another, and from one pivot to another. */
const FLIGHT_MS = 600;
const PIVOT_MS = 350;
/** Nearer to a pivot on a surface the view does not come. Scene units. */
const NEAREST = 0.05;
/** Slower adapters than this have no inertia: it counts updates, not time, and would drift for seconds. */
const DAMPED_MS = 120;

export interface CameraRigOptions {
  /** The view no longer looks through the camera it was sent to. */
  onTurned(): void;
  /** It begins or ends to look through a camera. */
  onThrough(): void;
}

export class CameraRig {
  readonly three = new PerspectiveCamera(45, 1, 0.02, 60);
  private readonly controls: OrbitControls;
  /** Its picture fits into the window. */
  private reference: Camera | null = null;
  /** Looked through exactly, lens included, until the view is turned by hand. */
  private through: Camera | null = null;
  private home: { camera: Camera; focus: Vector3 } | null = null;
  private limits: OrbitLimits = {
    minDistance: NEAREST,
    maxDistance: 12,
    minPolar: 0,
    maxPolar: Math.PI,
    minAzimuth: Number.NEGATIVE_INFINITY,
    maxAzimuth: Number.POSITIVE_INFINITY,
  };
  private flight: { from: Pose; began: number } | null = null;
  private flightEnded: (() => void)[] = [];
  private turning: { from: Vector3; to: Vector3; began: number } | null = null;
  private window: Size = { width: 2, height: 2 };

  /** @param host what hands and wheels are heard on */
  constructor(
    private readonly host: HTMLElement,
    private readonly options: CameraRigOptions,
  ) {
    this.three.position.set(1.6, 1, 1.6);
    this.controls = new OrbitControls(this.three, host);
    // They write a cursor of their own onto the element, which would outweigh the style sheet's.
    host.style.cursor = '';
    this.controls.enableDamping = true;
    this.controls.zoomToCursor = true;
    this.controls.addEventListener('start', () => this.letGo());
  }

  /** Whether it looks through a camera, or is on its way there. */
  get looksThrough(): boolean {
    return this.through !== null;
  }

  /** A scene's cameras bound where the view may go; `home` is where it begins. */
  setHome(cameras: readonly Camera[], camera: Camera, focus: Vector3): void {
    this.limits = orbitLimits(cameras, focus);
    this.home = { camera, focus };
    this.goHome();
  }

  goHome(): void {
    if (!this.home) return;
    this.letGo();
    this.goTo(this.home.camera, this.home.focus);
  }

  /** Stands at a camera, level, orbiting round the point of its axis nearest to the focus. */
  private goTo(camera: Camera, focus: Vector3 = this.controls.target.clone()): void {
    this.through = this.flight = this.turning = null;
    this.reference = camera;
    this.three.position.copy(position(camera));
    this.controls.target.copy(orbitCentre(camera, focus));
    this.fitWindow();
    this.bound();
    this.controls.update();
  }

  /** The bounds, widened by where the view has been sent: it must not jump when it is taken hold of. */
  private bound(): void {
    const { radius, phi, theta } = this.offset();
    const { minDistance, maxDistance, minPolar, maxPolar, minAzimuth, maxAzimuth } = this.limits;
    // Round another pivot it may stand anywhere.
    const isBeside = [-2, 0, 2].some((turns) => isWithin(theta + turns * Math.PI, minAzimuth, maxAzimuth));
    this.controls.minAzimuthAngle = isBeside ? minAzimuth : Number.NEGATIVE_INFINITY;
    this.controls.maxAzimuthAngle = isBeside ? maxAzimuth : Number.POSITIVE_INFINITY;
    this.controls.minDistance = Math.min(minDistance, radius);
    this.controls.maxDistance = Math.max(maxDistance, radius);
    this.controls.minPolarAngle = Math.min(minPolar, phi);
    this.controls.maxPolarAngle = Math.max(maxPolar, phi);
  }

  /** From the pivot to the eye. */
  private offset(): Spherical {
    return new Spherical().setFromVector3(this.three.position.clone().sub(this.controls.target));
  }

  /** Stands there and looks at what it turns round, within the scene's bounds from then on. */
  standAt({ position: eye, target }: { position: readonly number[]; target: readonly number[] }): void {
    this.letGo();
    this.three.position.fromArray(eye);
    this.controls.target.fromArray(target);
    this.bound();
    this.controls.update();
  }

  /** By keys: radians to the right and down, and how many times as far away. */
  turn(azimuthRad: number, polarRad: number, farther = 1): void {
    this.letGo();
    const { minDistance, maxDistance, minPolarAngle, maxPolarAngle } = this.controls;
    const offset = this.offset();
    offset.theta += azimuthRad;
    offset.phi = clamp(offset.phi + polarRad, minPolarAngle, maxPolarAngle);
    offset.radius = clamp(offset.radius * farther, minDistance, maxDistance);
    this.three.position.setFromSpherical(offset).add(this.controls.target);
    this.controls.update();
  }

  /** Turns round this point of a surface from now on. */
  setPivot(point: Vector3): void {
    this.letGo();
    this.turning = { from: this.controls.target.clone(), to: point, began: performance.now() };
    if (prefersStill()) this.turning.began = Number.NEGATIVE_INFINITY;
  }

  /**
   * Looks through a camera exactly as its photograph was taken: roll, principal point and distortion included.
   * Flies there unless `fly` is false; resolves on arrival, or when another flight or a hand ends this one.
   */
  lookThrough(camera: Camera, fly = true): Promise<void> {
    this.endFlight();
    this.turning = null;
    this.through = this.reference = camera;
    this.options.onThrough();
    this.controls.target.copy(orbitCentre(camera, this.controls.target));
    if (!fly || prefersStill()) {
      applyPose(this.three, poseThrough(camera, this.window));
      return Promise.resolve();
    }
    this.flight = { from: this.pose(), began: performance.now() };
    return new Promise((resolve) => this.flightEnded.push(resolve));
  }

  /** Where the photograph of the camera that is looked through lies, in the page's pixels; null without one. */
  photographPlace(): Rectangle | null {
    if (!this.through || this.flight) return null;
    const { clientWidth, clientHeight } = this.host;
    return pictureIn({ width: clientWidth, height: clientHeight }, this.through);
  }

  private pose(): Pose {
    const { position, quaternion, fov, aspect, view } = this.three;
    const lens = { fov, aspect, shiftX: view?.offsetX ?? 0, shiftY: view?.offsetY ?? 0 };
    return { position: position.clone(), quaternion: quaternion.clone(), lens };
  }

  private endFlight(): void {
    this.flight = null;
    for (const resolve of this.flightEnded.splice(0)) resolve();
  }

  /** A hand takes hold of the view: from here on it is level and orbits. */
  private letGo(): void {
    this.turning = null;
    if (!this.through) return;
    const camera = this.through;
    this.endFlight();
    this.goTo(camera);
    this.options.onThrough();
    this.options.onTurned();
  }

  /** The lens for a free view: the whole of the reference's picture fits into the window. */
  private fitWindow(): void {
    const aspect = this.window.width / this.window.height;
    const fov = this.reference ? viewFov(this.reference, aspect) : this.three.fov;
    applyLens(this.three, { fov, aspect, shiftX: 0, shiftY: 0 });
  }

  /** Where the eye is and what it orbits round, scene units. */
  standpoint(): { position: [number, number, number]; target: [number, number, number] } {
    return { position: this.three.position.toArray(), target: this.controls.target.toArray() };
  }

  resize(window: Size): void {
    this.window = window;
    if (this.through) applyPose(this.three, poseThrough(this.through, window));
    else this.fitWindow();
  }

  /** Moves on to now. @param frameMs what the last frame took */
  step(frameMs: number): void {
    this.controls.enableDamping = frameMs < DAMPED_MS;
    const now = performance.now();
    if (this.flight && this.through) {
      const share = Math.min(1, (now - this.flight.began) / FLIGHT_MS);
      applyPose(this.three, poseBetween(this.flight.from, poseThrough(this.through, this.window), share));
      if (share === 1) this.endFlight();
    } else if (!this.through) {
      if (this.turning) this.turnOn(this.turning, now);
      this.controls.update();
    }
    this.three.updateMatrixWorld();
  }

  private turnOn({ from, to, began }: { from: Vector3; to: Vector3; began: number }, now: number): void {
    const share = Math.min(1, (now - began) / PIVOT_MS);
    this.controls.target.lerpVectors(from, to, share * share * (3 - 2 * share));
    // On a surface one may come near.
    this.limits = { ...this.limits, minDistance: Math.min(this.limits.minDistance, NEAREST) };
    this.bound();
    if (share === 1) this.turning = null;
  }

  /** The distortion of the camera that is looked through; none on the way there. */
  get lens(): Camera['distortion'] {
    return this.through && !this.flight ? this.through.distortion : null;
  }

  /** As a camera of the engine, for a picture of another shape than the window's. */
  shaped({ width, height }: Size): Camera {
    const { lens } = this.pose();
    const shaped = this.three.clone();
    const { window } = this;
    applyLens(shaped, { ...lens, aspect: (lens.aspect * width * window.height) / (height * window.width) });
    shaped.updateMatrixWorld();
    return fieldCamera(shaped.matrixWorld, shaped, width, height, this.lens);
  }

  destroy(): void {
    this.controls.dispose();
  }
}

const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));

const isWithin = (value: number, least: number, most: number) => value >= least && value <= most;

const prefersStill = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** The point of a camera's axis nearest to the focus, before the camera. */
function orbitCentre(camera: Camera, focus: Vector3): Vector3 {
  const [eye, ahead] = [position(camera), direction(camera)];
  return eye.clone().addScaledVector(ahead, Math.max(0.2, focus.clone().sub(eye).dot(ahead)));
}
