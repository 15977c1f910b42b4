// The wall's map: its base style, the live layers on top, and the camera. It is built once the first state is
// known, and again only where the screen changes its size so much that type and symbols must be redrawn.
import type { MapLibreMap, StyleSpecification } from 'maplibre-gl';
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { style as loadStyle } from '@/core/api/client';
import type { Bbox } from '@/core/api/types';
import type { Lang } from '@/core/i18n/lang';
import { addImages } from '@/core/map/images';
import { GridLayers } from '@/core/map/layers/grids';
import { namePlaces } from '@/core/map/layers/places';
import { WarningLayers } from '@/core/map/layers/warnings';
import { scaleStyle } from '@/core/map/scaleStyle';
import { useMap } from '@/core/map/useMap';
import { signPlace } from '@/core/map/bounds';
import type { Warning } from './derive';
import { Director } from './director';
import { FocusLayer } from './layers/focus';
import { addServices } from './layers/services';
import { applySwitches, type LayerName } from './layers/switches';
import type { WallState } from './wallState';

/** A wall is read from metres away: all on the map is this much larger than on a desk. */
const DISTANCE = 1.4;
/** Changes of tiled collections within this time refresh the tiles once; milliseconds. */
const TILE_SETTLE = 700;

export interface WallMap {
  phase: Ref<'loading' | 'ready' | 'failed'>;
  map: ShallowRef<MapLibreMap | null>;
  /** `lon,lat,zoom`: where the camera rests; for tests and for the curious. */
  camera: Ref<string>;
  build: (container: HTMLElement) => Promise<void>;
  redraw: () => void;
  grids: (ids: string[]) => void;
  warnings: (ids: string[]) => void;
  tiles: (collections: string[]) => void;
  speak: (lang: Lang) => void;
  toggle: (off: ReadonlySet<LayerName>) => void;
  /** Shows a new red; `clearFocus` and `goHome` end it. */
  focus: (warning: Warning) => void;
  clearFocus: () => void;
  goHome: (animate?: boolean) => void;
  /** What is looked at from now on when nothing happens. */
  flyTo: (box: Bbox) => void;
  seen: () => Bbox | null;
}

interface Parts {
  map: MapLibreMap;
  scale: number;
  grids: GridLayers;
  warnings: WarningLayers;
  focus: FocusLayer;
  director: Director;
}

const scaleNow = (): number => (Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16) * DISTANCE;

export function useWallMap(state: WallState, options: { lang: () => Lang; off: () => ReadonlySet<LayerName> }): WallMap {
  const { map, create } = useMap();
  const phase = ref<'loading' | 'ready' | 'failed'>('loading');
  const camera = ref('');
  const parts = shallowRef<Parts | null>(null);
  let home: Bbox | null = null;
  const changed = new Set<string>();
  let refreshing: ReturnType<typeof setTimeout> | undefined;

  /** Names are a courtesy: where they can't be had the tiles' own labels stay. */
  const name = (on: MapLibreMap): void => {
    namePlaces(on, state.counts.get('compounds') ?? 0).catch(() => {});
  };

  async function build(container: HTMLElement): Promise<void> {
    const scale = scaleNow();
    try {
      const base = await loadStyle<StyleSpecification>('wall');
      const made = await create(container, {
        style: scaleStyle(base, scale),
        pixelRatio: devicePixelRatio,
        maxPitch: 60,
        fadeDuration: 200,
        interactive: false, // nobody touches a wall
        canvasContextAttributes: { antialias: true },
      });
      // One zoom level for the whole screen: far tiles of a lower one would have no buildings.
      made.setSourceTileLodParams(1, 10, 'onemap');
      await addImages(made, container, { scale, ratio: devicePixelRatio });
      addServices(made);
      name(made);
      const grids = new GridLayers(made, container, scale, options.lang());
      const warnings = new WarningLayers(made);
      const focus = new FocusLayer(made, container, scale);
      const director = new Director(made, scale);
      grids.setAll(state.grids.value);
      warnings.setAll(state.warnings.value);
      parts.value = { map: made, scale, grids, warnings, focus, director };
      applySwitches(made, options.off());
      home ??= state.homeExtent();
      director.setHome(home);
      director.goHome(false);
      const rest = (): void => {
        const { lng, lat } = made.getCenter();
        camera.value = `${lng.toFixed(5)},${lat.toFixed(5)},${made.getZoom().toFixed(2)}`;
      };
      made.on('moveend', rest);
      rest();
      await made.once('idle');
      phase.value = 'ready';
    } catch {
      phase.value = 'failed';
    }
  }

  let resizing: ReturnType<typeof setTimeout> | undefined;
  const resized = (): void => {
    clearTimeout(resizing);
    resizing = setTimeout(() => {
      const now = parts.value;
      if (!now) return;
      if (Math.abs(scaleNow() / now.scale - 1) > 0.15) void build(now.map.getContainer());
      else now.director.goHome(false);
    }, 300);
  };
  addEventListener('resize', resized);
  onScopeDispose(() => {
    removeEventListener('resize', resized);
    clearTimeout(resizing);
    clearTimeout(refreshing);
  });

  return {
    phase,
    map,
    camera,
    build,
    redraw() {
      parts.value?.grids.setAll(state.grids.value);
      parts.value?.warnings.setAll(state.warnings.value);
      if (!parts.value) return;
      parts.value.map.refreshTiles('onemap');
      name(parts.value.map);
    },
    grids: (ids) => parts.value?.grids.update(state.grids.value, ids),
    warnings: (ids) => parts.value?.warnings.update(state.warnings.value, ids),
    tiles(collections) {
      for (const collection of collections) changed.add(collection);
      clearTimeout(refreshing);
      refreshing = setTimeout(() => {
        if (!parts.value) return;
        parts.value.map.refreshTiles('onemap');
        if (changed.has('compounds')) name(parts.value.map);
        changed.clear();
      }, TILE_SETTLE);
    },
    speak: (lang) => parts.value?.grids.speak(lang),
    toggle(off) {
      if (parts.value) applySwitches(parts.value.map, off);
    },
    focus(warning) {
      const place = signPlace(warning.geometry);
      if (!place || !parts.value) return;
      parts.value.director.goTo(place);
      parts.value.focus.show(place, state.grids.value.get(warning.properties.grid ?? '')?.geometry);
    },
    clearFocus: () => parts.value?.focus.clear(),
    goHome: (animate = true) => parts.value?.director.goHome(animate),
    flyTo(box) {
      home = box;
      parts.value?.director.setHome(box);
      parts.value?.focus.clear();
      parts.value?.director.goHome();
    },
    seen: () => parts.value?.director.homeBox ?? home,
  };
}
