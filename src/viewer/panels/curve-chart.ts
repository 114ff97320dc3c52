// Loss (logarithmic, left) and held-out PSNR in dB (right) over steps, drawn. Loaded with the first curve.

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { CurvePoint, PageState } from '../page-state.ts';

const HEIGHT = 132;
const FONT = '10px system-ui, sans-serif';

/** @returns draws the curves of the state as it is then, as wide as the host */
export function curveChart(host: HTMLElement): (training: Pick<PageState['training'], 'losses' | 'holdouts'>) => void {
  const colour = (name: string) => getComputedStyle(host).getPropertyValue(name).trim();
  const [text, faint] = [colour('--quiet'), colour('--edge')];
  const [lossColour, qualityColour] = [colour('--info'), colour('--accent')];
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
    grid: { show: grid, stroke: faint, width: 1 },
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
        { stroke: text, font: FONT, size: 20, ticks: { show: false }, grid: { stroke: faint, width: 1 } },
        {
          ...axis('loss', 'loss', lossColour, 3, true),
          values: (_, ticks) => ticks.map((v) => (v ? v.toPrecision(1) : '')),
        },
        axis('held-out dB', 'psnr', qualityColour, 1, false),
      ],
      series: [
        {},
        { scale: 'loss', stroke: lossColour, width: 1.5, spanGaps: true, points: { show: false } },
        { scale: 'psnr', stroke: qualityColour, width: 1.5, spanGaps: true, points: { show: true, size: 4 } },
      ],
    },
    [[], [], []],
    host,
  );
  return ({ losses, holdouts }) => {
    const width = host.clientWidth;
    if (width > 0 && width !== chart.width) chart.setSize({ width, height: HEIGHT });
    chart.setData(joined(losses, holdouts));
  };
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
