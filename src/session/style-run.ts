// One painting of the open field: a copy of its appearance that is painted on and shown meanwhile. It goes into the
// library when it is finished; where it fails, it goes and what was shown before is shown again.

import type { Appearance } from '../nerf/field.ts';
import { resolveRecipe } from '../style/recipe.ts';
import type { StyleLosses } from '../style/style-trainer.ts';
import { paintedWith } from './library.ts';
import { paint } from './painting.ts';
import { type SessionParts, sceneWithPictures } from './parts.ts';
import { PRESETS } from './presets.ts';
import type { StyledAppearance } from './style-mix.ts';
import { mixOf, type StyleMix } from './style-mix.ts';
import type { StyleScore, StylizeOptions } from './types.ts';

/** Paints, or goes on with a painting that was cut short, and keeps what was painted. */
export async function stylizeField(parts: SessionParts, options: StylizeOptions): Promise<StyleScore> {
  const { gpu, state, display, library, open } = parts;
  const scene = sceneWithPictures(state);
  const core = open.needed();
  const network = await parts.network.needed(options.signal);
  await display.stopBaking();
  const preset = PRESETS[core.preset];
  const former = options.goOn === undefined ? null : library.unfinished(options.goOn);
  const recipe = resolveRecipe(former ? { ...options, steps: former.planned } : options, preset.style);
  const origin = former?.style.appearance ?? core.field.appearance;
  const copy = origin.network.clone('Field.style');
  copy.startOptimiser(await origin.network.readTable());
  const appearance: Appearance = { network: copy, colourMap: origin.colourMap, viewDependent: false };
  const run = new StyleRun(parts, appearance, options, recipe.steps, former?.laid);
  try {
    const painted = await paint({
      gpu,
      network,
      renderer: core.taskRenderer,
      appearance,
      views: scene.train,
      styles: options.styles,
      recipe,
      laid: former?.laid,
      seconds: options.seconds,
      seed: core.seed,
      signal: options.signal,
      onColours: () => run.tellColours(),
      onStep: (step, losses) => run.tellStep(step, losses),
      onNotice: (text) => parts.emitter.emit('notice', { level: 'warning', text }),
    });
    // What it began with, before any stroke, was measured then.
    const { start, before } = former?.score ?? painted;
    const score = { ...painted, start, before };
    await run.keep(score);
    return score;
  } catch (error) {
    // Cancelled before the first stroke, or failed.
    await run.rollBack();
    throw error;
  }
}

class StyleRun {
  private readonly style: StyledAppearance;
  private readonly before: StyleMix;
  private readonly began = performance.now();
  private wasShown = false;

  /**
   * @param steps in all
   * @param done of them before
   */
  constructor(
    private readonly parts: SessionParts,
    appearance: Appearance,
    private readonly options: StylizeOptions,
    private readonly steps: number,
    private done = 0,
  ) {
    this.style = { appearance, names: options.styles.map(({ name }) => name) };
    this.before = parts.display.mix;
  }

  private get isShown(): boolean {
    return this.parts.display.mix.styles.some(({ style }) => style === this.style);
  }

  /** It has other colours as a whole; from the first ones on it is shown. */
  tellColours(): void {
    const { emitter, display } = this.parts;
    if (!this.wasShown) display.show(mixOf(this.style, this.options.strength ?? 1));
    this.wasShown = true;
    display.dropBake();
    emitter.emit('colours', { style: this.style.names.join(' + ') });
    emitter.emit('changed', { reason: 'style' });
  }

  tellStep(step: number, losses: StyleLosses | null): void {
    this.done = step;
    const { emitter } = this.parts;
    const { steps } = this;
    const seconds = (performance.now() - this.began) / 1000;
    if (losses) emitter.emit('style', { step, steps, loss: losses.total, style: losses.style, seconds });
    const share = this.options.seconds === undefined ? 0 : seconds / this.options.seconds;
    const fraction = Math.min(1, Math.max(step / steps, share));
    emitter.emit('progress', { task: 'stylize', fraction, text: `stroke ${step} of ${steps}` });
    emitter.emit('changed', { reason: 'style' });
  }

  /** It is finished, or cut short: the library has it from now on. */
  async keep(score: StyleScore): Promise<void> {
    const { emitter, display, library } = this.parts;
    const { network } = this.style.appearance;
    const cutShort = this.options.signal?.aborted === true && this.done < this.steps;
    const options = paintedWith(this.options, this.done, cutShort ? this.steps : undefined);
    const kept = await library.add(this.style, { options, score });
    // What was baked on the way is not what was finished.
    display.dropBake();
    // The very same painting was there already.
    if (this.isShown) display.show(mixOf(kept, display.mix.strength));
    if (kept !== this.style) await display.release(network);
    else network.dropOptimiser();
    emitter.emit('changed', { reason: 'style' });
  }

  /** What was there before is shown again. */
  async rollBack(): Promise<void> {
    const { emitter, display, library } = this.parts;
    if (this.isShown) {
      display.show(library.stillThere(this.before));
      emitter.emit('changed', { reason: 'style' });
    }
    await display.release(this.style.appearance.network);
  }
}
