// The feature network of a session: found when it is first needed, replaced on request, never while it is in use.

import { inputError } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { resolveFeatureNetwork } from '../style/features/network-choice.ts';
import type { NetworkWeights, WeightsSource } from '../style/features/network-weights.ts';
import type { FeatureNetwork } from '../style/types.ts';
import type { Emitter } from './emitter.ts';
import type { SessionEvents, SessionState } from './types.ts';

export interface NetworkSources {
  /** The small network that ships. */
  bundledNetwork: WeightsSource;
  /** A network of the user's; taken before any other. */
  givenNetwork?: WeightsSource | NetworkWeights;
  /** Fetches VGG-19, or takes it from the cache, when a network is first needed; null where the user declines. */
  remoteNetwork?: (
    onProgress: (loaded: number, total: number) => void,
    signal?: AbortSignal,
  ) => Promise<NetworkWeights | null>;
}

export class SessionNetwork {
  private network: FeatureNetwork | null = null;

  /** @param state its name is told here */
  constructor(
    private readonly gpu: Gpu,
    private readonly emitter: Emitter<SessionEvents>,
    private readonly state: SessionState,
    private readonly sources: NetworkSources,
  ) {}

  get name(): string | undefined {
    return this.network?.name;
  }

  async needed(signal?: AbortSignal): Promise<FeatureNetwork> {
    return this.network ?? this.set(await this.resolve(this.sources.givenNetwork, signal));
  }

  /** @param source null: what the session was opened with @returns its name @throws InputError while it is in use */
  async use(source: WeightsSource | null): Promise<string> {
    this.mustBeFree();
    const network = await this.resolve(source ?? this.sources.givenNetwork);
    try {
      // A painting may have begun while the file was read.
      this.mustBeFree();
    } catch (error) {
      network.destroy();
      throw error;
    }
    return this.set(network).name;
  }

  /** A network that was given, or else the one that the session was opened with. */
  private async resolve(given?: WeightsSource | NetworkWeights, signal?: AbortSignal): Promise<FeatureNetwork> {
    this.emitter.emit('progress', { task: 'features', fraction: 0, text: 'feature network' });
    const { bundledNetwork, remoteNetwork } = this.sources;
    const onProgress = (loaded: number, total: number) => {
      const text = `VGG-19, ${megabytes(loaded)} of ${megabytes(total)} MB`;
      this.emitter.emit('progress', { task: 'features', fraction: loaded / Math.max(1, total), text });
    };
    const remote = remoteNetwork && (() => remoteNetwork(onProgress, signal));
    const { network, notice } = await resolveFeatureNetwork(this.gpu, { bundled: bundledNetwork, given, remote });
    if (notice) this.emitter.emit('notice', { level: 'info', text: notice });
    return network;
  }

  private set(network: FeatureNetwork): FeatureNetwork {
    this.network?.destroy();
    this.network = network;
    this.state.features = network.name;
    this.emitter.emit('progress', { task: 'features', fraction: 1, text: network.name });
    return network;
  }

  private mustBeFree(): void {
    const { busy } = this.state;
    if (busy === 'stylizing' || busy === 'evaluating')
      throw inputError('feature network', null, 'no painting or measuring under way', `${busy}`);
  }

  destroy(): void {
    this.network?.destroy();
  }
}

const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
