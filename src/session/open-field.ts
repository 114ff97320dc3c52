// The field that is open: what it has on the GPU and the training that goes on with it, taken, made and freed together.

import { inputError } from '../errors.ts';
import { Field } from '../nerf/field.ts';
import type { NerfKernels } from '../nerf/kernels.ts';
import { largestBuffer, makeIfRoom } from '../nerf/memory.ts';
import { NerfTrainer } from '../nerf/trainer.ts';
import type { Scene } from '../scene/types.ts';
import { createFieldResources, destroyFieldResources, type FieldResources, formatMemory } from './field-resources.ts';
import type { SessionParts } from './parts.ts';
import { fieldConfigFor } from './placement.ts';
import { PRESET_NAMES, PRESETS, type Preset, type PresetName, smallerPresets } from './presets.ts';
import { Turns } from './slices.ts';
import type { TrainOptions } from './types.ts';

export class OpenField {
  private core: FieldResources | null = null;
  private training: NerfTrainer | null = null;
  /** Of slices of training and readings of the whole field: what is saved is of one step. */
  readonly turns = new Turns();

  constructor(private readonly parts: () => SessionParts) {}

  get resources(): FieldResources | null {
    return this.core;
  }

  /** @throws InputError where there is none */
  needed(): FieldResources {
    if (!this.core) throw inputError('field', null, 'a trained one or a checkpoint', 'none');
    return this.core;
  }

  /** The training of this field on the scene's photographs, as far as it has come. */
  get trainer(): NerfTrainer | null {
    return this.training;
  }

  trainerOn(scene: Scene): NerfTrainer {
    const core = this.needed();
    this.training ??= this.makeTrainer(core, scene, PRESETS[core.preset].train);
    return this.training;
  }

  take(core: FieldResources): void {
    this.core = core;
    this.parts().display.setCore(core);
  }

  /** Closes it, with all that was painted on it, once no view uses it. */
  async drop(): Promise<void> {
    const { core } = this;
    const { gpu, display, library, regions, state } = this.parts();
    // Nothing begins to be drawn from now on; what is being drawn still uses what is about to go.
    this.core = null;
    display.setCore(null);
    await Promise.all([display.settled(), this.turns.run(async () => undefined)]);
    library.clear();
    regions.drop();
    this.training?.destroy();
    this.training = null;
    state.trainedSteps = 0;
    if (!core) return;
    // Of a lost device nothing is waited for.
    await gpu.idle().catch(() => undefined);
    destroyFieldResources(core);
  }

  /**
   * The field of this scene, made anew where the preset or the seed differ from what was trained; of the next smaller
   * preset, with a notice, where the adapter has no room.
   */
  async of(scene: Scene, { preset, seed }: TrainOptions): Promise<FieldResources> {
    const wanted = seed ?? this.core?.seed ?? 0;
    if (this.core && [this.core.preset, this.core.asked].includes(preset) && this.core.seed === wanted) {
      const { density, appearance } = this.core.field;
      for (const network of [density, appearance.network]) {
        if (!network.optimiser) network.startOptimiser(await network.readTable());
      }
      return this.core;
    }
    const { kernels: cache, emitter } = this.parts();
    for (const name of smallerPresets(preset)) {
      const kernels = await cache.get(fieldConfigFor(PRESETS[name].field, scene));
      await this.drop();
      if (await this.make(scene, name, preset, wanted, kernels)) {
        emitter.emit('changed', { reason: 'load' });
        return this.needed();
      }
      const [, next] = smallerPresets(name);
      if (!next) break;
      const text = `preset ${name} needs ${formatMemory(name, scene)} of graphics memory, and there is less: going on with ${next}`;
      emitter.emit('notice', { level: 'warning', text });
    }
    throw inputError(
      'graphics memory',
      null,
      `${formatMemory(PRESET_NAMES[0], scene)} for ${scene.train.length} pictures of ${scene.name}`,
      'less',
      'a larger --downscale needs less',
    );
  }

  /** @returns false where the adapter has no room for it */
  private async make(
    scene: Scene,
    name: PresetName,
    asked: PresetName,
    seed: number,
    kernels: NerfKernels,
  ): Promise<boolean> {
    const { gpu, state } = this.parts();
    const preset = PRESETS[name];
    const config = fieldConfigFor(preset.field, scene);
    const { device } = gpu;
    const most = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
    if (largestBuffer(preset) > most) return false;
    const made = await makeIfRoom(
      device,
      () => {
        const field = Field.create(gpu, config, scene.unbounded, seed);
        const core = createFieldResources(gpu, name, asked, seed, kernels, field);
        return { core, trainer: this.makeTrainer(core, scene, preset.train) };
      },
      ({ core, trainer }) => {
        trainer.destroy();
        destroyFieldResources(core);
      },
    );
    if (!made) return false;
    this.take(made.core);
    this.training = made.trainer;
    state.preset = name;
    return true;
  }

  private makeTrainer(core: FieldResources, scene: Scene, config: Preset['train']): NerfTrainer {
    const { gpu, state } = this.parts();
    const trainer = new NerfTrainer(gpu, core.kernels, core.field, core.buffers, scene.train, config, core.seed);
    trainer.step = state.trainedSteps;
    if (core.pace) trainer.budget = core.pace;
    return trainer;
  }
}
