// Loss (logarithmic, left) and held-out PSNR in dB (right) over steps.

import type GUI from 'lil-gui';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { CurvePoint, PageState } from '../page-state.ts';
import type { Store } from '../store.ts';
import { addElement } from './gui-parts.ts';

const HEIGHT = 132;
const LOSS = '#7fa7c9';
const QUALITY = '#e0a458';
const FAINT = 'rgba(255, 255, 255, 0.07)';
const TEXT = '#8b93a1';
const FONT = '10px system-ui, sans-serif';

export function addCurves(folder: GUI, store: Store<PageState>): void {
  const host = addElement(folder, 'div', 'curves');
  const axis = (label: string, scale: string, stroke: string, side: 1 | 3, grid: boolean): uPlot.Axis => ({
    scale,
    side,
    stroke,
    size: 38,
    font: FONT,
    label,
    labelSize: 12,
    labelFont: FONT,
    labelGap: 0,
    ticks: { show: false },
    grid: { show: grid, stroke: FAINT, width: 1 },
  });
  const chart = new uPlot(
    {
      width: 280,
      height: HEIGHT,
      padding: [6, 10, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false }, loss: { distr: 3 }, psnr: {} },
      axes: [
        { stroke: TEXT, font: FONT, size: 20, ticks: { show: false }, grid: { stroke: FAINT, width: 1 } },
        { ...axis('loss', 'loss', LOSS, 3, true), values: (_, ticks) => ticks.map((v) => (v ? v.toPrecision(1) : '')) },
        axis('held-out dB', 'psnr', QUALITY, 1, false),
      ],
      series: [
        {},
        { scale: 'loss', stroke: LOSS, width: 1.5, spanGaps: true, points: { show: false } },
        { scale: 'psnr', stroke: QUALITY, width: 1.5, spanGaps: true, points: { show: true, size: 4 } },
      ],
    },
    [[], [], []],
    host,
  );
  let waiting = false;
  const draw = () => {
    waiting = false;
    const { losses, holdouts } = store.state.training;
    // One point is no curve.
    host.hidden = losses.length < 2;
    if (host.hidden) return;
    const width = host.clientWidth;
    if (width > 0 && width !== chart.width) chart.setSize({ width, height: HEIGHT });
    chart.setData(joined(losses, holdouts));
  };
  const later = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(draw);
  };
  store.watch((state) => state.training.losses, later);
  store.watch((state) => state.training.holdouts, later);
}

/** Both curves on one list of steps, with gaps where one has no value. */
function joined(losses: readonly CurvePoint[], holdouts: readonly CurvePoint[]): uPlot.AlignedData {
  const steps = [...new Set([...losses, ...holdouts].map(([step]) => step))].sort((a, b) => a - b);
  const at = (points: readonly CurvePoint[]) => {
    const values = new Map(points);
    // A logarithmic axis has no place for zero.
    return steps.map((step) => (values.get(step) ?? 0) || null);
  };
  return [steps, at(losses), at(holdouts)];
}
