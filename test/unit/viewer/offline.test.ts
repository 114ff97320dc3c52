// What was fetched once is there again without a network, what changes is asked for first, and nothing else is touched.

import { beforeEach, describe, expect, it } from 'vitest';
import { answer, keepAll, type OfflineParts, routeOf } from '../../../src/viewer/offline/offline-cache.ts';

const SCOPE = 'http://127.0.0.1:4173/studio/';
const HASHED = `${SCOPE}assets/index-BcD3_fGh.js`;
const request = (url: string, init?: RequestInit) => new Request(url, init);

let kept: Map<string, Response>;
let asked: string[];
let online: boolean;
let parts: OfflineParts;

beforeEach(() => {
  kept = new Map();
  asked = [];
  online = true;
  const url = (one: RequestInfo | URL) => (one instanceof Request ? one.url : String(one));
  parts = {
    scope: SCOPE,
    cache: {
      match: async (one) => kept.get(url(one))?.clone(),
      put: async (one, response) => void kept.set(url(one), response),
      keys: async () => [...kept.keys()].map((key) => request(key)),
      delete: async (one) => kept.delete(url(one)),
    },
    async fetch(one) {
      asked.push(url(one));
      if (!online) throw new TypeError('no network');
      return new Response(`from the network: ${asked.length}`);
    },
  };
});

describe('routeOf', () => {
  it.each([
    ['kept-first', HASHED, {}],
    ['network-first', `${SCOPE}fields/boat.impasto`, {}],
    ['network-first', SCOPE, {}],
    ['pass', 'https://elsewhere.example/vgg19.safetensors', {}],
    ['pass', 'http://127.0.0.1:4173/other/', {}],
    ['pass', HASHED, { method: 'POST' }],
    ['pass', `${SCOPE}weights/small.bin`, { headers: { range: 'bytes=0-9' } }],
  ] as const)('is %s for %s %j', (route, url, init) => {
    expect(routeOf(request(url, init), SCOPE)).toBe(route);
  });
});

describe('answer', () => {
  it('asks the network first for what may change, and falls back on what was kept', async () => {
    const page = request(`${SCOPE}?scene=boat`);
    expect(await (await answer(page, parts)).text()).toBe('from the network: 1');
    online = false;
    expect(await (await answer(request(`${SCOPE}index.html?preset=max`), parts)).text()).toBe('from the network: 1');
    await expect(answer(request(`${SCOPE}fields/never.impasto`), parts)).rejects.toThrow('no network');
  });

  it('takes what never changes from what was kept, without a word to the network', async () => {
    await answer(request(HASHED), parts);
    await answer(request(HASHED), parts);
    expect(asked).toEqual([HASHED]);
  });

  it('keeps no refusal, and goes on where the store is full', async () => {
    parts.fetch = async () => new Response('none', { status: 404 });
    expect((await answer(request(`${SCOPE}none`), parts)).status).toBe(404);
    expect(kept.size).toBe(0);
    parts.fetch = async () => new Response('there');
    parts.cache.put = async () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    expect(await (await answer(request(`${SCOPE}there`), parts)).text()).toBe('there');
  });
});

describe('keepAll', () => {
  it('keeps what the first visit fetched before, and lets go of earlier builds', async () => {
    const former = `${SCOPE}assets/index-00000000.js`;
    kept.set(former, new Response('old'));
    kept.set(`${SCOPE}fields/boat.impasto`, new Response('boat'));
    await keepAll([`${SCOPE}?field=64`, HASHED, 'https://elsewhere.example/x', `${SCOPE}fields/boat.impasto`], parts);
    expect([...kept.keys()].sort()).toEqual([SCOPE, HASHED, `${SCOPE}fields/boat.impasto`].sort());
    expect(asked.sort()).toEqual([SCOPE, HASHED].sort());
  });
});
