// The service worker: built as sw.js beside the page, so that it looks after the page's own folder and nothing else.

import { answer, keepAll, type OfflineParts, routeOf } from './offline-cache.ts';

/** Of the worker's global scope, what is used. */
interface Scope extends EventTarget {
  registration: { scope: string };
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
}
interface Waits extends Event {
  waitUntil(work: Promise<unknown>): void;
}
type Asked = Waits & { request: Request; respondWith(answer: Promise<Response>): void };

const scope = self as unknown as Scope;
const opened = caches.open('impasto-1');
const parts = async (): Promise<OfflineParts> => ({
  scope: scope.registration.scope,
  cache: await opened,
  fetch: (request) => fetch(request),
});

scope.addEventListener('install', () => void scope.skipWaiting());
scope.addEventListener('activate', (event) => (event as Waits).waitUntil(scope.clients.claim()));
scope.addEventListener('fetch', (event) => {
  const { request } = event as Asked;
  if (routeOf(request, scope.registration.scope) === 'pass') return;
  (event as Asked).respondWith(parts().then((made) => answer(request, made)));
});
scope.addEventListener('message', (event) => {
  const { data } = event as Event & { data: unknown };
  if (!Array.isArray(data)) return;
  (event as Waits).waitUntil(parts().then((made) => keepAll(data.map(String), made)));
});
