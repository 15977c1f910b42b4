// The composable around maplibre-gl. The map object is kept out of Vue's deep reactivity (shallowRef and
// markRaw), because a proxied map does not render.
import 'maplibre-gl/dist/maplibre-gl.css';
import { Map as MapLibreMap, setWorkerUrl, type MapOptions } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { workerScript } from '@/core/offline/workerScript';
import { lang } from '@/core/i18n/lang';
import { mapTexts } from './texts';
import { checkOrder } from './zorder';
import { markRaw, onScopeDispose, shallowRef, type ShallowRef } from 'vue';

export interface MapHandle {
  map: ShallowRef<MapLibreMap | null>;
  /**
   * Creates the map in `container`. Resolves when the style is loaded; rejects if WebGL is missing or the page was
   * left. A previous map is removed first or, with `keep`, stays visible under the new one until `settle` is called.
   */
  create: (container: HTMLElement, options: Omit<MapOptions, 'container'>, keep?: boolean) => Promise<MapLibreMap>;
  /** Removes the previous map, because the new one has been drawn. */
  settle: () => void;
  /**
   * Whether `made` is still the map of the page and its container is still in the document. Check it after every
   * `await` while layers are built, because colours cannot be read from a container that was removed.
   */
  current: (made: MapLibreMap) => boolean;
}

export function useMap(): MapHandle {
  const map = shallowRef<MapLibreMap | null>(null);
  let before: MapLibreMap | null = null;
  let isLeft = false;
  const settle = (): void => {
    before?.remove();
    before = null;
  };
  onScopeDispose(() => {
    isLeft = true;
    settle();
    map.value?.remove();
    map.value = null;
  });
  return {
    map,
    settle,
    current: (made) => map.value === made && made.getContainer().isConnected,
    async create(container, options, keep = false) {
      settle();
      // A development server serves the script as several modules, so it cannot be loaded as one script.
      setWorkerUrl(import.meta.env.DEV ? workerUrl : await workerScript(workerUrl));
      if (isLeft) throw new Error('The page was closed before the map was created');
      if (keep) before = map.value;
      else map.value?.remove();
      const locale = { ...mapTexts(lang.value), ...options.locale };
      const made = markRaw(new MapLibreMap({ container, attributionControl: false, ...options, locale }));
      map.value = made;
      await made.once('style.load');
      checkOrder(made.getLayersOrder());
      return made;
    },
  };
}
