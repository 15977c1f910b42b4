// Installs the service worker of the phone pages and switches to new versions: at once at the start of a visit,
// later only on request, because a page must not change while somebody uses it.
import { under } from '@/core/api/root';
import { ref, type Ref } from 'vue';

/** For this long after the start a new version may take over at once, in milliseconds. */
const START = 4000;

/** Whether this browser lets a page install a service worker. WeChat's may not. */
export const hasServiceWorker = (): boolean => 'serviceWorker' in navigator && navigator.serviceWorker !== undefined;

/**
 * Installs the service worker of a page; the first one only after `pause` milliseconds, so that it does not load
 * files while the first screen does.
 *
 * @returns whether a new version is waiting, and a function to switch to it.
 */
export function useServiceWorker(
  scope: '/field' | '/report' | '/rider',
  pause = 0,
): { newer: Ref<boolean>; takeOver: () => void } {
  const newer = ref(false);
  let waiting: ServiceWorker | null = null;
  const begun = performance.now();

  const takeOver = (): void => waiting?.postMessage('take-over', { transfer: [] });
  const found = (worker: ServiceWorker | null): void => {
    // Without a controller, this is the first service worker and replaces nothing.
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
    // An app that stays open for days looks for a new version when it becomes visible.
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void registration.update().catch(() => {});
    });
  }

  // During development there is no /sw.js, and a cached page would be confusing.
  if (import.meta.env.PROD && hasServiceWorker())
    setTimeout(() => void install().catch(() => {}), navigator.serviceWorker.controller ? 0 : pause);
  return { newer, takeOver };
}

/** Deletes the photos from the caches of the service worker. Its other caches contain only public data. */
export async function forgetSeen(): Promise<void> {
  if (!('caches' in globalThis)) return;
  for (const name of await caches.keys()) if (name.endsWith('/photos')) await caches.delete(name);
}
