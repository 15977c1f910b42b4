// The one composable around maplibre-gl. The map object stays out of Vue's deep reactivity (shallowRef and
// markRaw): a proxied map renders nothing.
import 'maplibre-gl/dist/maplibre-gl.css';
import { Map as MapLibreMap, setWorkerUrl, type MapOptions } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { checkOrder } from './zorder';
import { markRaw, onScopeDispose, shallowRef, type ShallowRef } from 'vue';

setWorkerUrl(workerUrl);

export interface MapHandle {
  map: ShallowRef<MapLibreMap | null>;
  /** Makes the map in `container`; resolves when its style is loaded. Rejects where WebGL is missing. An earlier map
   * is removed first or, if `keep` is set, stays visible below the new one until `settle`. */
  create: (container: HTMLElement, options: Omit<MapOptions, 'container'>, keep?: boolean) => Promise<MapLibreMap>;
  /** The new map has drawn itself: the one before it goes. */
  settle: () => void;
  /** Whether `made` is still the map of the page and its container is still in the document. Ask it after every wait
   * while layers are built: colours can't be read from a container that was taken out. */
  current: (made: MapLibreMap) => boolean;
}

export function useMap(): MapHandle {
  const map = shallowRef<MapLibreMap | null>(null);
  let before: MapLibreMap | null = null;
  const settle = (): void => {
    before?.remove();
    before = null;
  };
  onScopeDispose(() => {
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
      if (keep) before = map.value;
      else map.value?.remove();
      const made = markRaw(new MapLibreMap({ container, attributionControl: false, ...options }));
      map.value = made;
      await made.once('style.load');
      checkOrder(made.getLayersOrder());
      return made;
    },
  };
}
