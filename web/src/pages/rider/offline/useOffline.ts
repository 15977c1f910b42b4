// Keeps the rider's page usable without a network.
import { onMounted, provide, type InjectionKey, type Ref } from 'vue';
import { under } from '@/core/api/root';
import { installable } from '@/core/phone/installable';
import { hasServiceWorker, useServiceWorker } from '@/core/phone/serviceWorker';

/** The first screen of a first visit has this long to load before anything else is loaded, in milliseconds. */
const FIRST = 4000;
/** The map's styles of the route's screen, by day and by night. */
const STYLES = ['light', 'wall'];

export interface PhoneApp {
  /** Whether a new version of the page is waiting, and a function to switch to it. */
  newer: Ref<boolean>;
  takeOver: () => void;
  /** Whether the browser can install the page now, and a function that asks the person. */
  offered: Ref<boolean>;
  install: () => void;
}
export const appKey: InjectionKey<PhoneApp> = Symbol('app');

/** Has the service worker keep the map's styles, so that a route is drawn without a network too. */
async function keepStyles(): Promise<void> {
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller)
    await new Promise((resolve) => {
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
    });
  for (const name of STYLES) await fetch(under(`/api/styles/${name}`));
}

/** To be called once, by the page. */
export function useOffline(): void {
  provide(appKey, { ...useServiceWorker('/rider', FIRST), ...installable('rider') });
  onMounted(() => {
    if (hasServiceWorker()) keepStyles().catch(() => {});
  });
}
