// Installs the phone pages' service worker and hands over to a new one cleanly: at the start of a visit at
// once, later only when the person says so, because a page must not change under somebody's hands.
import { under } from '@/core/api/root';
import { ref, type Ref } from 'vue';

/** Soon after the start nobody has begun anything yet; milliseconds. */
const START = 4000;

/** @returns whether a newer page waits, and how to take it. */
export function useServiceWorker(scope: '/field' | '/report'): { newer: Ref<boolean>; takeOver: () => void } {
  const newer = ref(false);
  let waiting: ServiceWorker | null = null;
  const begun = performance.now();

  const takeOver = (): void => waiting?.postMessage('take-over', { transfer: [] });
  const found = (worker: ServiceWorker | null): void => {
    // Without a controller this is the first one: it has nothing to replace.
    if (!worker || !navigator.serviceWorker.controller) return;
    waiting = worker;
    if (performance.now() - begun < START) takeOver();
    else newer.value = true;
  };

  async function install(): Promise<void> {
    const hadOne = navigator.serviceWorker.controller !== null;
    let reloading = false;
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      if (!hadOne || reloading) return;
      reloading = true;
      location.reload();
    });
    const registration = await navigator.serviceWorker.register(under('/sw.js'), {
      scope: under(scope),
      updateViaCache: 'none',
    });
    found(registration.waiting);
    registration.addEventListener('updatefound', () => {
      const worker = registration.installing;
      worker?.addEventListener('statechange', () => {
        if (worker.state === 'installed') found(worker);
      });
    });
    // An app that stays open for days asks when it is looked at again.
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void registration.update().catch(() => {});
    });
  }

  // While developing there is no /sw.js, and a kept shell would only confuse.
  if (import.meta.env.PROD && 'serviceWorker' in navigator) void install().catch(() => {});
  return { newer, takeOver };
}

/** Takes everything off the phone that was kept for whoever was signed in. */
export async function forgetSeen(): Promise<void> {
  if (!('caches' in globalThis)) return;
  for (const name of await caches.keys()) if (name.endsWith('/photos')) await caches.delete(name);
}
