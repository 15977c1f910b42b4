// The wall's map: its base style, the live layers on top, and the camera. It is built once the first state is
// known, and again where the screen changes so much that type and symbols must be redrawn, or where the graphics
// card forgot all. The map before stays until the new one has drawn itself.
import type { MapLibreMap, StyleSpecification } from 'maplibre-gl';
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { mapStyle } from '@/core/map/style';
import type { Bbox } from '@/core/api/types';
import type { Lang } from '@/core/i18n/lang';
import { backoff } from '@/core/live/backoff';
import { addCategoryImages, addImages } from '@/core/map/images';
import { keepTiles } from '@/core/map/keptTiles';
import { GridLayers, type SignSizes } from '@/core/map/layers/grids';
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
import { gridLook, ViewLayers } from './layers/views';
import type { View } from './settings';
import type { Grid, WallState } from './wallState';

/** A wall is read from metres away: all on the map is this much larger than on a desk. */
const DISTANCE = 1.4;
/** Red and yellow are read from ten metres: 32 px on a screen of 1080 lines. */
const SIGNS: SignSizes = { red: 23, yellow: 23, green: 14.3, no_data: 14.3 };
/** No word on the map is smaller: 20 px on a screen of 1080 lines. */
const LEAST_TEXT = 14.3;
/** What the legend of a view, or the words of the past, take at the map's upper edge; pixels as on a desk. */
const ROOF = 46;
/** The panel on the right, which is the wider one, rem: as the page's style has it. */
const WIDER_PANEL = 19.125;
/** Changes of tiled collections within this time refresh the tiles once; milliseconds. */
const TILE_SETTLE = 700;
/** A graphics card that lost the map is given this long to come back by itself; milliseconds. */
const CONTEXT = 3000;

/** Grids and warnings to be drawn: those of now, or of a moment of the past. */
export interface Scene {
  grids: ReadonlyMap<string, Grid>;
  warnings: ReadonlyMap<string, Warning>;
}

export interface WallMap {
  phase: Ref<'loading' | 'ready' | 'failed'>;
  map: ShallowRef<MapLibreMap | null>;
  /** `lon,lat,zoom`: where the camera rests; for tests and for the curious. */
  camera: Ref<string>;
  /** How often it was built. */
  built: Ref<number>;
  build: (container: HTMLElement) => Promise<void>;
  redraw: () => void;
  grids: (ids: string[]) => void;
  warnings: (ids: string[]) => void;
  tiles: (collections: string[]) => void;
  speak: (lang: Lang) => void;
  toggle: (off: ReadonlySet<LayerName>) => void;
  /** The view, what is picked in it, or the communities have changed. */
  restyle: () => void;
  /** Draws a moment of the past; null for now. */
  show: (scene: Scene | null) => void;
  /** Flies to a red and draws its edge. */
  focus: (warning: Warning, isNew: boolean) => void;
  frame: (box: Bbox) => void;
  /** Rings the red of the card, without going there. */
  mark: (warning: Warning | null) => void;
  goHome: (animate?: boolean) => void;
  /** What is looked at from now on when nothing happens. */
  flyTo: (box: Bbox) => void;
  seen: () => Bbox | null;
}

export interface WallMapOptions {
  lang: () => Lang;
  off: () => ReadonlySet<LayerName>;
  view: () => View;
  category: () => string;
  /** The communities that are shown; null for all. */
  communities: () => ReadonlySet<string> | null;
  isWanted: (warning: Warning) => boolean;
  /** Of two walls side by side. */
  part: () => 1 | 2 | null;
  /** The past is shown, or asked for. */
  isPast: () => boolean;
}

interface Parts {
  map: MapLibreMap;
  scale: number;
  grids: GridLayers;
  warnings: WarningLayers;
  focus: FocusLayer;
  views: ViewLayers;
  director: Director;
}

const scaleNow = (): number => (Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16) * DISTANCE;

/** How wide the maps of two walls are together, told alike by both: each has a panel, and the wider one counts. */
const pairWidth = (): number =>
  2 * (innerWidth - WIDER_PANEL * Number.parseFloat(getComputedStyle(document.documentElement).fontSize));

/** The ids of what is not the same on both sides. */
function differ<T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>, same: (x: T, y: T) => boolean): string[] {
  const ids: string[] = [];
  for (const [id, value] of b) {
    const other = a.get(id);
    if (other === undefined || !same(value, other)) ids.push(id);
  }
  for (const id of a.keys()) if (!b.has(id)) ids.push(id);
  return ids;
}

/** Whether a place is in the western or eastern half of a box: of two walls side by side the one shows it. */
export function isInHalf([west, , east]: Bbox, part: 1 | 2, lon: number): boolean {
  const middle = (west + east) / 2;
  return part === 1 ? lon <= middle : lon > middle;
}

export function useWallMap(state: WallState, options: WallMapOptions): WallMap {
  const { map, create, settle } = useMap();
  const phase = ref<'loading' | 'ready' | 'failed'>('loading');
  const camera = ref('');
  const built = ref(0);
  const parts = shallowRef<Parts | null>(null);
  /** What an import made the home; null for the grids, or the communities asked for. */
  let given: Bbox | null = null;
  let past: Scene | null = null;
  let marked: Warning | null = null;
  const changed = new Set<string>();
  let refreshing: ReturnType<typeof setTimeout> | undefined;
  let rebuilding: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let turn = 0;

  const scene = (): Scene => past ?? { grids: state.grids.value, warnings: state.warnings.value };
  const home = (): Bbox | null => given ?? state.homeExtent(options.communities());
  /** Of two walls side by side the one goes there in whose half it is; the other keeps the whole in view. */
  const isOurs = (lon: number): boolean => {
    const [box, part] = [home(), options.part()];
    return box === null || part === null || isInHalf(box, part, lon);
  };

  /** Names are a courtesy: where they can't be had the tiles' own labels stay. */
  const name = (on: MapLibreMap): void => {
    namePlaces(on, state.counts.get('compounds') ?? 0).then(
      () => parts.value?.map === on && parts.value.views.set(options.view(), options.lang()),
      () => {},
    );
  };

  const dress = (to: Parts): void => {
    to.grids.setLook(gridLook[options.view()]);
    to.warnings.setLook(
      options.view() === 'category' ? { by: 'category', picked: options.category() } : { by: 'level' },
    );
    to.views.set(options.view(), options.lang());
    const part = options.part();
    to.director.pair = part && { part, width: pairWidth() };
    applySwitches(to.map, options.off());
  };

  const again = (container: HTMLElement, after: number): void => {
    clearTimeout(rebuilding);
    rebuilding = setTimeout(() => void build(container), after);
  };

  async function build(container: HTMLElement): Promise<void> {
    clearTimeout(rebuilding);
    const mine = (turn += 1);
    const scale = scaleNow();
    let base: StyleSpecification;
    try {
      base = await mapStyle('wall');
    } catch {
      // The server is away; that is no fault of this machine's.
      again(container, backoff((failures += 1)));
      return;
    }
    const source = base.sources['onemap'];
    if (source?.type === 'vector' && source.tiles) source.tiles = keepTiles(source.tiles);
    try {
      const made = await create(
        container,
        {
          style: scaleStyle(base, scale, LEAST_TEXT * scale),
          pixelRatio: devicePixelRatio,
          maxPitch: 60,
          fadeDuration: 200,
          interactive: false, // nobody touches a wall
          canvasContextAttributes: { antialias: true },
        },
        true,
      );
      // One zoom level for the whole screen: far tiles of a lower one would have no buildings.
      made.setSourceTileLodParams(1, 10, 'onemap');
      const sizes = { scale, ratio: devicePixelRatio };
      await Promise.all([addImages(made, container, sizes), addCategoryImages(made, container, sizes)]);
      addServices(made);
      const isOut = (id: string): boolean => {
        const wanted = options.communities();
        return wanted !== null && !wanted.has(state.communityOf(id) ?? '');
      };
      const grids = new GridLayers(made, container, scale, options.lang(), { signs: SIGNS, isOut });
      const warnings = new WarningLayers(made, container, scale, options.lang(), 16, (w) =>
        options.isWanted(w as Warning),
      );
      const focus = new FocusLayer(made, container, scale);
      const views = new ViewLayers(made, container, scale);
      const director = new Director(made, scale, () => (options.view() === 'levels' && !options.isPast() ? 0 : ROOF));
      grids.setAll(scene().grids);
      warnings.setAll(scene().warnings);
      const now: Parts = { map: made, scale, grids, warnings, focus, views, director };
      parts.value = now;
      dress(now);
      name(made);
      focus.mark(marked && signPlace(marked.geometry));
      director.setHome(home());
      director.goHome(false);
      const rest = (): void => {
        const { lng, lat } = made.getCenter();
        camera.value = `${lng.toFixed(5)},${lat.toFixed(5)},${made.getZoom().toFixed(2)}`;
      };
      made.on('moveend', rest);
      made.on('webglcontextlost', () => again(container, CONTEXT));
      made.on('webglcontextrestored', () => again(container, 0));
      rest();
      await made.once('idle');
      if (mine !== turn) return;
      settle();
      failures = 0;
      built.value += 1;
      phase.value = 'ready';
    } catch {
      if (mine !== turn) return;
      if (phase.value !== 'ready') phase.value = 'failed';
      again(container, backoff((failures += 1), { first: 5000, longest: 60_000 }));
    }
  }

  let resizing: ReturnType<typeof setTimeout> | undefined;
  const resized = (): void => {
    clearTimeout(resizing);
    resizing = setTimeout(() => {
      const now = parts.value;
      if (!now) return;
      if (Math.abs(scaleNow() / now.scale - 1) > 0.15) void build(now.map.getContainer());
      else {
        dress(now);
        now.director.resized();
      }
    }, 300);
  };
  addEventListener('resize', resized);
  onScopeDispose(() => {
    turn += 1;
    removeEventListener('resize', resized);
    clearTimeout(resizing);
    clearTimeout(refreshing);
    clearTimeout(rebuilding);
  });

  return {
    phase,
    map,
    camera,
    built,
    build,
    redraw() {
      const now = parts.value;
      if (!now) return;
      if (!past) {
        now.grids.setAll(state.grids.value);
        now.warnings.setAll(state.warnings.value);
      }
      now.map.refreshTiles('onemap');
      now.views.entrancesChanged();
      now.director.setHome(home());
      name(now.map);
    },
    grids(ids) {
      if (!past) parts.value?.grids.update(state.grids.value, ids);
    },
    warnings(ids) {
      if (!past) parts.value?.warnings.update(state.warnings.value, ids);
    },
    tiles(collections) {
      for (const collection of collections) changed.add(collection);
      // The first of many starts the clock: a stream of changes must not put it off.
      refreshing ??= setTimeout(() => {
        refreshing = undefined;
        if (!parts.value) return;
        parts.value.map.refreshTiles('onemap');
        if (changed.has('compounds')) name(parts.value.map);
        if (changed.has('entrances')) parts.value.views.entrancesChanged();
        changed.clear();
      }, TILE_SETTLE);
    },
    speak(lang) {
      parts.value?.grids.speak(lang);
      parts.value?.warnings.speak(lang);
      if (parts.value) dress(parts.value);
    },
    toggle(off) {
      if (parts.value) applySwitches(parts.value.map, off);
    },
    restyle() {
      const now = parts.value;
      if (!now) return;
      now.grids.setAll(scene().grids);
      now.warnings.setAll(scene().warnings);
      dress(now);
      now.director.setHome(home());
    },
    show(next) {
      const before = scene();
      past = next;
      const after = scene();
      const now = parts.value;
      if (!now) return;
      const grids = differ(
        before.grids,
        after.grids,
        (x, y) => x.status?.level === y.status?.level && x.geometry === y.geometry,
      );
      const warnings = differ(
        before.warnings,
        after.warnings,
        (x, y) => x.properties.level === y.properties.level && x.seq === y.seq,
      );
      if (grids.length > 0) now.grids.update(after.grids, grids);
      if (warnings.length > 0) now.warnings.update(after.warnings, warnings);
    },
    focus(warning, isNew) {
      const place = signPlace(warning.geometry);
      const now = parts.value;
      if (!place || !now) return;
      if (!isOurs(place[0] ?? 0)) {
        now.focus.mark(place);
        now.director.goHome();
        return;
      }
      now.director.goTo(place);
      if (isNew) now.focus.show(place, state.grids.value.get(warning.properties.grid ?? '')?.geometry);
      else now.focus.mark(place);
    },
    frame(box) {
      const director = parts.value?.director;
      if (isOurs((box[0] + box[2]) / 2)) director?.goToBox(box);
      else director?.goHome();
    },
    mark(warning) {
      marked = warning;
      parts.value?.focus.mark(warning && signPlace(warning.geometry));
    },
    goHome: (animate = true) => parts.value?.director.goHome(animate),
    flyTo(box) {
      given = box;
      parts.value?.director.setHome(home());
      parts.value?.focus.clear();
      parts.value?.director.goHome();
    },
    seen: home,
  };
}
