// What a scene is, after loading: pictures, pinhole cameras with lens distortion, and one transform from the
// dataset's world to ours. World here is right-handed, +Y up; cameras look down -z (three.js). The subject is
// in the box [-1, 1]^3 ("unit box"); unbounded scenes go on beyond it and are contracted by the field.

/** 8-bit sRGB, straight alpha. data: [H, W, 4], row 0 at the top. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8ClampedArray<ArrayBuffer>;
}

/** Lens distortion; OpenCV's coefficient names. `perspective`: k1 k2 k3 p1 p2. `fisheye`: k1..k4 on the angle. */
export interface Distortion {
  model: 'perspective' | 'fisheye';
  k1: number;
  k2: number;
  k3: number;
  k4: number;
  p1: number;
  p2: number;
}

/** A camera in pixels of its own picture (pixel centres at +0.5) and scene units. */
export interface Camera {
  width: number;
  height: number;
  fx: number;
  fy: number;
  cx: number;
  cy: number;
  distortion: Distortion | null;
  /** Camera-to-world, row-major 4x4, OpenGL axes, scene units. */
  cameraToWorld: number[];
}

export interface View {
  /** File name as the dataset gives it, unique in the scene. */
  name: string;
  camera: Camera;
  picture: Picture;
}

export interface Scene {
  name: string;
  /** Where it came from, for messages. */
  source: string;
  train: View[];
  /** Held out: the dataset's own test split, or every n-th view. */
  test: View[];
  /** True when pictures carry transparency: trained on a random background, shown on `background`. */
  hasAlpha: boolean;
  /** True when there is scene beyond the unit box. */
  unbounded: boolean;
  /** Row-major 4x4: dataset world -> scene units, and its inverse. */
  sceneFromWorld: number[];
  worldFromScene: number[];
  /** Factor by which pictures were reduced on loading (1 = full size). */
  downscale: number;
  /** What the loader noticed and did about it, in words: skipped pictures, rescaled intrinsics, split used. */
  notes: string[];
}

/** Files of a scene, wherever they are: a folder, a zip, dropped files. Paths use '/', relative to the root. */
export interface FileSource {
  /** For messages: the folder's or archive's name. */
  readonly name: string;
  /** What the user named inside of it: a file of poses, or a folder (ending in '/') with one. */
  readonly named?: string;
  /** What was done to make a scene of the files, for its notes. */
  readonly notes?: readonly string[];
  list(): Promise<string[]>;
  /** @throws InputError when there is no such file. */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** Decodes any picture format to RGBA, reduced by an integer factor with an area filter. */
export interface PictureDecoder {
  /** Size without decoding all of it, orientation applied. */
  size(bytes: Uint8Array<ArrayBuffer>, where: string): Promise<{ width: number; height: number }>;
  /** EXIF's 1..8 that `size` and `decode` apply, where the decoder knows more of it than `readPictureHeader`. */
  orientation?(bytes: Uint8Array<ArrayBuffer>): Promise<number>;
  /**
   * @param target exact size in pixels to reduce to; omitted: the picture's own
   * @throws InputError in one sentence when it is no picture or is larger than the decoder accepts
   */
  decode(bytes: Uint8Array<ArrayBuffer>, where: string, target?: { width: number; height: number }): Promise<Picture>;
}

export interface LoadSceneOptions {
  decoder: PictureDecoder;
  /** Integer reduction of pictures, 1 = full size. Default: the smallest that brings the long side under maxSide. */
  downscale?: number;
  /** Used when downscale is not given: the long side of a training picture in pixels, at most. */
  maxSide?: number;
  /** Every n-th view is held out where the dataset has no test split; 0 = none. Default 8. */
  holdout?: number;
  /** At most this many training / test views, evenly spread (for quick presets). Default: all. */
  maxTrain?: number;
  maxTest?: number;
  /** Bytes that the decoded pictures may take in all; of more pictures a part from all sides is used. Default 2 GiB. */
  pictureBytes?: number;
  /** The very views of a training before, by name: `holdout`, `maxTrain` and `maxTest` do not count then. */
  views?: { train: readonly string[]; test: readonly string[] };
  signal?: AbortSignal;
  onProgress?: (done: number, total: number, what: string) => void;
}
