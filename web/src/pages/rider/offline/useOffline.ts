// Keeps the rider's page usable without a network: its files by the service worker, its data by the phone's storage.
import { onMounted, onScopeDispose, provide, watch, type InjectionKey, type Ref } from 'vue';
import { hopeAgain } from '@/core/offline/networkFirst';
import { installable } from '@/core/phone/installable';
import { restore, stored, update } from '@/core/phone/networkData';
import { hasServiceWorker, useServiceWorker } from '@/core/phone/serviceWorker';
import { keepStyles, keepTiles } from './keepMap';

/** How long loading waits at the start, so that the first screen loads first, in milliseconds. */
const FIRST = 4000;
/** How often an open page looks for newer data, in milliseconds. */
const EVERY = 15 * 60_000;

export interface PhoneApp {
  /** Whether a new version of the page is waiting, and a function to switch to it. */
  newer: Ref<boolean>;
  takeOver: () => void;
  /** Whether the browser can install the page now, and a function that asks the person. */
  offered: Ref<boolean>;
  install: () => void;
}
export const appKey: InjectionKey<PhoneApp> = Symbol('app');

const age = (): number => Date.now() - Date.parse(stored.value?.checked_at ?? '1970-01-01');

const refresh = (): void => {
  if (document.visibilityState === 'visible' && age() > EVERY) void update();
};
const back = (): void => {
  hopeAgain();
  void update();
};

/** Called once, by the page. */
export function useOffline(): void {
  provide(appKey, { ...useServiceWorker('/rider', FIRST), ...installable('rider') });

  let timer: ReturnType<typeof setTimeout> | undefined;
  onMounted(async () => {
    await restore();
    timer = setTimeout(() => void update(), FIRST);
    if (hasServiceWorker()) keepStyles().catch(() => {});
  });
  if (hasServiceWorker())
    watch(stored, (now) => {
      if (now) keepTiles(now.manifest).catch(() => {});
    });
  const clock = setInterval(refresh, 60_000);
  addEventListener('online', back);
  document.addEventListener('visibilitychange', refresh);
  onScopeDispose(() => {
    clearTimeout(timer);
    clearInterval(clock);
    removeEventListener('online', back);
    document.removeEventListener('visibilitychange', refresh);
  });
}
