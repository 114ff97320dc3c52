// The page looked after by its service worker, once it has come to rest: from the second visit on it opens without a
// network. Where workers are denied the page is none the worse.

/** Not in the way of the first picture. */
const REST_MS = 4000;

export function lookAfterOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  setTimeout(() => void begin().catch((error: Error) => console.debug(`not offline: ${error.message}`)), REST_MS);
}

async function begin(): Promise<void> {
  await navigator.serviceWorker.register('./sw.js');
  const { active } = await navigator.serviceWorker.ready;
  const fetched = performance.getEntriesByType('resource').map(({ name }) => name);
  active?.postMessage([location.href, ...fetched]);
}
