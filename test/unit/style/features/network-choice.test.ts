// Which network is taken when, and that nothing is replaced in silence; reading weights by address and by drop.

import { describe, expect, it } from 'vitest';
import { Cancelled, InputError, inputError } from '../../../../src/errors.ts';
import { chooseFeatureWeights } from '../../../../src/style/features/network-choice.ts';
import type { WeightsSource } from '../../../../src/style/features/network-weights.ts';
import { droppedSource, urlSource } from '../../../../src/style/features/weights-web.ts';
import { patternNetwork } from '../../../reference/conv.ts';

const text = (value: object) => new TextEncoder().encode(JSON.stringify(value));

/** The least that loads: one convolution of one channel, all zero. */
function manifest(name: string): Uint8Array {
  return text({
    format: 'impasto-weights',
    version: 1,
    name,
    input: { order: 'RGB', range: [0, 1], mean: [0, 0, 0], std: [1, 1, 1] },
    pool: 'average',
    layout: 'OIHW',
    tensors: [
      { name: 'conv1_1.weight', shape: [1, 3, 3, 3], dtype: 'u8', offset: 0, length: 27, scale: 1, min: 0 },
      { name: 'conv1_1.bias', shape: [1], dtype: 'u8', offset: 27, length: 1, scale: 1, min: 0 },
    ],
    bin: 'w.bin',
    sha256: '',
  });
}

const zeros = new Uint8Array(28);
async function withHash(bytes: Uint8Array): Promise<Uint8Array> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', zeros));
  return text({ ...JSON.parse(new TextDecoder().decode(bytes)), sha256: Buffer.from(digest).toString('hex') });
}

function source(name: string): WeightsSource {
  return {
    name: 'n.json',
    read: async (relative) => (relative === 'w.bin' ? zeros : await withHash(manifest(name))),
  };
}

const broken: WeightsSource = { name: 'n.json', read: async () => new TextEncoder().encode('{') };
const vgg = { ...patternNetwork([[4]], 'max'), name: 'vgg19' };

describe('chooseFeatureWeights', () => {
  it('takes what is given before all else', async () => {
    const remote = async () => {
      throw new Error('must not be asked');
    };
    const chosen = await chooseFeatureWeights({ given: source('mine'), remote, bundled: source('small') });
    expect(chosen).toMatchObject({ from: 'given', weights: { name: 'mine' } });
  });

  it('refuses a broken given file rather than replace it', async () => {
    await expect(chooseFeatureWeights({ given: broken, bundled: source('small') })).rejects.toBeInstanceOf(InputError);
  });

  it('takes the fetched network before the bundled one', async () => {
    const chosen = await chooseFeatureWeights({ remote: async () => vgg, bundled: source('small') });
    expect(chosen).toMatchObject({ from: 'remote', weights: { name: 'vgg19' } });
  });

  it('falls back to the bundled one when the fetch fails or is declined, and says so', async () => {
    const remote = async () => {
      throw inputError('VGG-19', 'example.org', 'a file', 'status 404');
    };
    const failed = await chooseFeatureWeights({ remote, bundled: source('small') });
    expect(failed).toMatchObject({ from: 'bundled', weights: { name: 'small' } });
    expect(failed.notice).toMatch(/status 404; the small network is in use/);
    const declined = await chooseFeatureWeights({ remote: async () => null, bundled: source('small') });
    expect(declined.notice).toMatch(/declined/);
    expect((await chooseFeatureWeights({ bundled: source('small') })).notice).toBeUndefined();
  });

  it('ends when the fetch is cancelled, and does not hide a fault', async () => {
    const failing = (error: Error) => async () => {
      throw error;
    };
    const bundled = source('small');
    await expect(chooseFeatureWeights({ remote: failing(new Cancelled()), bundled })).rejects.toBeInstanceOf(Cancelled);
    await expect(chooseFeatureWeights({ remote: failing(new TypeError('x')), bundled })).rejects.toBeInstanceOf(
      TypeError,
    );
  });
});

describe('sources in the page', () => {
  it('reads beside an address and tells what failed', async () => {
    const asked: string[] = [];
    const fake = async (address: unknown) => {
      asked.push(String(address));
      return String(address).includes('w.bin') ? new Response(zeros) : new Response('no', { status: 404 });
    };
    const remote = urlSource('https://example.org/a/n.json?v=1', { fetch: fake as typeof fetch });
    expect(remote.name).toBe('n.json');
    expect(await remote.read('w.bin')).toEqual(zeros);
    await expect(remote.read('n.json')).rejects.toThrow(
      /n\.json\?v=1: expected a file that can be fetched, found status 404/,
    );
    expect(asked).toEqual(['https://example.org/a/w.bin', 'https://example.org/a/n.json?v=1']);
  });

  it('finds the network among dropped files', async () => {
    const file = (name: string) => ({ name, arrayBuffer: async () => zeros.buffer as ArrayBuffer });
    expect(droppedSource([file('w.bin'), file('n.json')]).name).toBe('n.json');
    expect(await droppedSource([file('w.bin'), file('n.json')]).read('w.bin')).toEqual(zeros);
    await expect(droppedSource([file('n.json')]).read('w.bin')).rejects.toThrow(
      /'w\.bin' dropped with it, found it missing/,
    );
    expect(() => droppedSource([file('cat.png')])).toThrow(/found cat\.png/);
    expect(() => droppedSource([])).toThrow(/found none/);
  });
});
