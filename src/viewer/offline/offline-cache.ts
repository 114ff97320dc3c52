// What the service worker does with a request, over whatever cache and network it is given: what was fetched once is there
// again without a network. Nothing of another host is touched, and nothing is fetched that the page did not ask for.

/** Built files carry a hash of themselves in their name, and never change under it. */
const HASHED = /\/assets\/[^/]+-[\w-]{8}\.\w+$/;

export interface OfflineParts {
  /** Of the page, with a slash at the end. */
  scope: string;
  cache: Pick<Cache, 'match' | 'put' | 'keys' | 'delete'>;
  fetch: (request: Request | string) => Promise<Response>;
}

/** `pass`: none of ours. `kept-first`: never changes. `network-first`: what was kept only where there is no network. */
export function routeOf(request: Pick<Request, 'method' | 'url' | 'headers'>, scope: string) {
  const isOurs = request.method === 'GET' && request.url.startsWith(scope) && !request.headers.has('range');
  if (!isOurs) return 'pass';
  return HASHED.test(new URL(request.url).pathname) ? 'kept-first' : 'network-first';
}

/** @throws what the network throws, where nothing was kept */
export async function answer(request: Request, parts: OfflineParts): Promise<Response> {
  const { cache, scope } = parts;
  const key = keyOf(request.url);
  if (routeOf(request, scope) === 'kept-first') return (await cache.match(key)) ?? (await fetchAndKeep(request, parts));
  try {
    return await fetchAndKeep(request, parts);
  } catch (error) {
    const kept = await cache.match(key);
    if (kept) return kept;
    throw error;
  }
}

async function fetchAndKeep(request: Request | string, { cache, fetch }: OfflineParts): Promise<Response> {
  const response = await fetch(request);
  const url = typeof request === 'string' ? request : request.url;
  // A full store keeps the page from nothing but being there offline.
  if (response.status === 200) await cache.put(keyOf(url), response.clone()).catch(() => undefined);
  return response;
}

/** What a visit fetched before it was looked after; of built files, those of earlier builds go. */
export async function keepAll(addresses: readonly string[], parts: OfflineParts): Promise<void> {
  const { cache, scope } = parts;
  const ours = new Set([scope, ...addresses.filter((address) => address.startsWith(scope)).map(keyOf)]);
  for (const address of ours) {
    if (!(await cache.match(address))) await fetchAndKeep(address, parts).catch(() => undefined);
  }
  for (const { url } of await cache.keys()) {
    if (HASHED.test(new URL(url).pathname) && !ours.has(url)) await cache.delete(url);
  }
}

/** The page is the same whatever its address asks for. */
const keyOf = (address: string) => address.replace(/[?#].*$/, '').replace(/index\.html$/, '');
