// What goes through structure from motion. Pixel coordinates are continuous, (0, 0) the outer corner of the first
// pixel, its centre at (0.5, 0.5). Inside of this room cameras look down +z with y running down (OpenCV); poses are
// world-to-camera. Only `reconstruct/place.ts` and the writers turn that into the scene's axes.

/** One photograph as it goes in. Luminance in [0, 1], row 0 at the top: [H, W]. */
export interface Photograph {
  name: string;
  width: number;
  height: number;
  grey: Float32Array;
  /** EXIF's 1..8: how the stored picture is turned to be shown. Poses are of stored pixels, as COLMAP's are. */
  orientation: number;
  /** Size of the picture as stored, of which `grey` may be a reduced copy. */
  fullWidth: number;
  fullHeight: number;
  /** Focal length in pixels of `grey`, where EXIF tells one. */
  focalPrior: number | null;
  /** Pictures with the same key share their intrinsics. */
  cameraKey: string;
}

/** Bytes of a descriptor. */
export const DESCRIPTOR_LENGTH = 128;

/** SIFT features of one picture, the largest first. */
export interface Features {
  count: number;
  /** [N] pixels. */
  x: Float32Array;
  y: Float32Array;
  /** [N] sigma of the blob, pixels. */
  scale: Float32Array;
  /** [N] radians. */
  angle: Float32Array;
  /** [N, 128] RootSIFT, length 512. */
  descriptors: Uint8Array;
}

/** Feature indices of one pair of pictures, (in first, in second) one after the other. */
export type Matches = Int32Array;

/** How two pictures hang together. */
export type PairKind =
  /** Rays meet in space: an epipolar geometry with parallax. */
  | 'parallax'
  /** A homography explains all matches: a flat thing or a camera turned on the spot. */
  | 'homography'
  /** Not enough matches agree on anything. */
  | 'none';

export interface VerifiedPair {
  first: number;
  second: number;
  kind: PairKind;
  matches: Matches;
  /** Row-major 3x3: x2^T F x1 = 0 in pixels. */
  fundamental: number[];
  /** Matches that the best homography explains. */
  homographyInliers: number;
}

/** Intrinsics that a group of pictures shares, pixels of the working size. */
export interface Lens {
  width: number;
  height: number;
  focal: number;
  cx: number;
  cy: number;
  k1: number;
  k2: number;
  /** True where the focal length came with the picture. */
  hasPrior: boolean;
}
