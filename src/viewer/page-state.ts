// Everything the page shows, in one plain record. Panels render it; commands and engine events change it.

import { DEFAULT_PRESET, type PresetName } from '../session/presets.ts';
import type { Region } from '../session/regions/types.ts';
import type { BakeReport, SessionState, StyleLossName } from '../session/types.ts';
import { defaultSettings, type PaintingSettings } from '../style/settings.ts';
import { PAINTING_LOSS } from '../style/style-config.ts';
import type { SnapshotInfo } from './autosave/field-snapshot.ts';
import type { Shown } from './fade.ts';
import type { Job } from './job-queue.ts';
import type { ShippedField } from './shipped.ts';

/** A point of a curve: [step, value]. */
export type CurvePoint = [number, number];

export interface BundledScene {
  name: string;
  title: string;
  /** Folder under the page's address. */
  path: string;
  files: string[];
  bytes: number;
}

export interface BundledStyle {
  name: string;
  title: string;
  /** File under styles/. */
  file: string;
}

/** A painting of the field, as panels show it. */
export interface PaintedStyle {
  id: string;
  name: string;
  thumbnail: string | null;
  /** How it was painted. */
  detail: string;
  /** Of one that was cut short: strokes laid, and how many were planned. */
  unfinished: { laid: number; planned: number } | null;
}

export interface PageState {
  adapter: string;
  software: boolean;
  /** Feature network in use. */
  features: string;
  /** How pictures reach the screen; 'read-back' where the browser does not show WebGPU canvases. */
  presentation: 'canvas' | 'read-back';
  /** Once set, the device is gone and only a reload helps. */
  lost: string | null;
  /** The works that are kept, newest first. */
  works: readonly SnapshotInfo[];
  busy: SessionState['busy'];
  progress: { task: string; fraction: number; text: string } | null;
  /** The long task that runs, then those that wait. */
  jobs: readonly Job[];

  bundledScenes: BundledScene[];
  /** Trained fields of them that came along. */
  shipped: ShippedField[];
  /** The page shows the first of those by itself, and nobody has touched anything yet. */
  opening: boolean;
  /** Address of what is shown, blurred, before there is anything else. */
  poster: string | null;
  scene: {
    name: string;
    source: string;
    trainViews: number;
    testViews: number;
    notes: string[];
    cover: string | null;
  } | null;

  training: {
    preset: PresetName;
    /** Preset of the field that is there; another one means a new field. */
    trainedPreset: PresetName | null;
    step: number;
    /** Steps a second over the last slice; 0 before the first. */
    rate: number;
    loss: number | null;
    psnr: number | null;
    holdout: number | null;
    losses: CurvePoint[];
    holdouts: CurvePoint[];
  };

  bundledStyles: BundledStyle[];
  style: PaintingSettings & {
    /** The picture last chosen: its name and a small image address for the panel. */
    chosen: { name: string; thumbnail: string } | null;
    /** Chosen before the scene was trained: painted as soon as it is. */
    waiting: boolean;
    /** Names of the styles on the field. */
    applied: string[];
    loss: StyleLossName;
    /** A second loss beside it, and its weight. */
    withLoss: StyleLossName | 'none';
    withWeight: number;
    step: number;
    stepCount: number;
    styleLoss: number | null;
  };

  /** The finished styles of this field. */
  library: {
    styles: PaintedStyle[];
    shown: readonly { id: string; weight: number }[];
    /** Where a fade under way ends. */
    fadesTo: Shown | null;
    /** What can be undone, and done again, in words. */
    undo: string | null;
    redo: string | null;
  };

  /** Parts of the field with looks of their own. */
  regions: {
    list: readonly Region[];
    /** The one that is worked on. */
    active: number | null;
    /** What the pointer does in the view. */
    tool: 'turn' | 'pick' | 'brush' | 'erase';
    /** How far a pick grows, 0..1. */
    tolerance: number;
    /** Radius of the brush, share of the view's long side. */
    size: number;
    /** Whether they are pointed out. */
    tint: boolean;
    /** An edit is under way. */
    working: boolean;
  };

  /** The painting's bake, while there is one. */
  bake: BakeReport | null;

  compare: { on: boolean; position: number };

  /** Looking through one of the scene's own cameras. */
  cameraView: {
    /** Which of `count`, or null for a free view. */
    index: number | null;
    count: number;
    name: string;
    /** Through the held-out cameras instead of those learnt from. */
    heldOut: boolean;
    /** What is seen there: the field, the photograph over it, or how far they differ. */
    show: 'field' | 'photograph' | 'error';
    /** Of the plain field in this view, dB; null before it was measured. */
    psnr: number | null;
  };

  /** The view against the nearest training camera's, warped into it. */
  agreement: {
    on: boolean;
    /** Which camera it is held against; null before it was measured, or where there is no other. */
    beside: number | null;
    /** Colours 0..1, over the share of the pixels that both see; null where there is none. */
    rmse: number | null;
    share: number;
  };

  view: {
    grid: boolean;
    gridHeight: number;
    cameras: boolean;
    gizmo: boolean;
    /** Share of the screen's resolution that a still view is refined to, 0.25..1. */
    detail: number;
    /** Whether a finished painting is shown by its bake. */
    baked: boolean;
    /** Time that a frame may take while the view moves. */
    budgetMs: number;
    fieldWidth: number;
    fieldHeight: number;
    frameMs: number;
  };

  /** Whether the panels are there; on a narrow page they lie over the picture. */
  layout: { panels: boolean };

  export: {
    container: 'mp4' | 'webm';
    width: number;
    height: number;
    fps: number;
    /** Of the turntable; a path has as many as it says. */
    frames: number;
    /** Name of an opened camera path, or null for the turntable. */
    path: string | null;
    /** 0..1 while a video is being made. */
    fraction: number | null;
  };
}

export function initialState(): PageState {
  return {
    adapter: '',
    software: false,
    features: '',
    presentation: 'canvas',
    lost: null,
    works: [],
    busy: 'idle',
    progress: null,
    jobs: [],
    bundledScenes: [],
    shipped: [],
    opening: false,
    poster: null,
    scene: null,
    training: {
      preset: DEFAULT_PRESET,
      trainedPreset: null,
      step: 0,
      rate: 0,
      loss: null,
      psnr: null,
      holdout: null,
      losses: [],
      holdouts: [],
    },
    bundledStyles: [],
    style: {
      ...defaultSettings(),
      chosen: null,
      waiting: false,
      applied: [],
      loss: PAINTING_LOSS[0].name,
      withLoss: PAINTING_LOSS[1].name,
      withWeight: PAINTING_LOSS[1].weight,
      step: 0,
      stepCount: 0,
      styleLoss: null,
    },
    library: { styles: [], shown: [], fadesTo: null, undo: null, redo: null },
    regions: { list: [], active: null, tool: 'turn', tolerance: 0.2, size: 0.03, tint: true, working: false },
    bake: null,
    compare: { on: false, position: 0.5 },
    cameraView: { index: null, count: 0, name: '', heldOut: false, show: 'field', psnr: null },
    agreement: { on: false, beside: null, rmse: null, share: 0 },
    view: {
      grid: false,
      gridHeight: -0.5,
      cameras: false,
      gizmo: false,
      detail: 1,
      baked: true,
      budgetMs: 33,
      fieldWidth: 0,
      fieldHeight: 0,
      frameMs: 0,
    },
    layout: { panels: true },
    export: { container: 'mp4', width: 640, height: 480, fps: 24, frames: 96, path: null, fraction: null },
  };
}
