// The benchmark in the browser: the same run and the same tables as the command's, on a page of its own. Nothing
// starts by itself, since it keeps the adapter busy for a while.

import './no-eval.ts';
import { type BenchResult, benchTables, runBench } from '../bench/bench.ts';
import { Cancelled } from '../errors.ts';
import { Gpu } from '../gpu/device.ts';
import { PRESET_NAMES, type PresetName } from '../session/presets.ts';
import { loadFeatureWeights } from '../style/features/weights.ts';
import { urlSource } from '../style/features/weights-web.ts';
import { download } from './download.ts';

const main = document.querySelector<HTMLElement>('#bench')!;
main.innerHTML = `
  <h1>Benchmark</h1>
  <p>What this graphics adapter can do at most, and beside it, in the same run, how long Impasto's kernels and stages
    take. Keep the tab in front and leave the machine alone meanwhile; on a graphics card it takes seconds, without one
    several minutes.</p>
  <div class="controls">
    <label>Preset <select>${PRESET_NAMES.map((name) => `<option>${name}</option>`).join('')}</select></label>
    <button type="button" class="primary start">Start</button>
    <button type="button" class="stop" disabled>Stop</button>
    <button type="button" class="save" disabled>Save as JSON</button>
  </div>
  <progress value="0" max="1" hidden></progress>
  <p class="status" role="status"></p>
  <div class="tables"></div>`;

const element = <T extends HTMLElement>(selector: string) => main.querySelector<T>(selector)!;
const preset = element<HTMLSelectElement>('select');
const start = element<HTMLButtonElement>('.start');
const stop = element<HTMLButtonElement>('.stop');
const save = element<HTMLButtonElement>('.save');
const progress = element<HTMLProgressElement>('progress');
const status = element('.status');

let result: BenchResult | null = null;
let abort: AbortController | null = null;
start.addEventListener('click', () => void run());
stop.addEventListener('click', () => abort?.abort());
save.addEventListener('click', () => {
  if (result) download('impasto-bench.json', 'application/json', JSON.stringify(result, null, 2));
});

function busy(running: boolean): void {
  start.disabled = preset.disabled = running;
  stop.disabled = !running;
  save.disabled = running || !result;
  progress.hidden = !running;
}

function say(words: string, error = false): void {
  status.textContent = words;
  status.classList.toggle('error', error);
}

async function run(): Promise<void> {
  abort = new AbortController();
  result = null;
  element('.tables').replaceChildren();
  busy(true);
  let gpu: Gpu | null = null;
  try {
    say('Opening the adapter');
    gpu = await Gpu.open();
    const weights = await loadFeatureWeights(urlSource('./weights/small.json'));
    const onProgress = (stage: string, fraction: number, text: string) => {
      progress.value = fraction;
      say(`Measuring: ${stage} ${text}`);
    };
    result = await runBench(gpu, preset.value as PresetName, weights, onProgress, abort.signal);
    const { vendor, architecture, description } = result.adapter;
    say(`Done on ${[vendor, architecture, description].filter(Boolean).join(', ')}.`);
    element('.tables').replaceChildren(...benchTables(result).map(table));
  } catch (error) {
    if (error instanceof Cancelled) say('Stopped.');
    else say((error as Error).message, true);
  } finally {
    gpu?.destroy();
    abort = null;
    busy(false);
  }
}

function table({ title, rows }: ReturnType<typeof benchTables>[number]): HTMLTableElement {
  const made = document.createElement('table');
  made.createCaption().textContent = title;
  const head = made.createTHead().insertRow();
  for (const word of ['', 'ms', 'figure', '', 'share']) {
    const cell = document.createElement('th');
    cell.scope = 'col';
    cell.textContent = word;
    head.append(cell);
  }
  const body = made.createTBody();
  for (const { name, ms, value, unit, share } of rows) {
    const row = body.insertRow();
    const label = document.createElement('th');
    label.scope = 'row';
    label.textContent = name;
    row.append(label);
    row.insertCell().textContent = ms === null ? '' : ms.toFixed(2);
    row.insertCell().textContent = value === null ? '' : value.toFixed(1);
    const unitCell = row.insertCell();
    unitCell.className = 'unit';
    unitCell.textContent = unit;
    row.insertCell().textContent = share === null ? '' : `${(100 * share).toFixed(0)} %`;
  }
  return made;
}
