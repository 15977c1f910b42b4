// The map of the wall screen: base style, live layers and camera. It is built when the first data is loaded, and
// again if the size of the screen changes so much that text and symbols must be redrawn, or if the graphics card
// loses its data. The previous map stays visible until the new one is drawn.
import type { Position } from 'geojson';
import type { MapLibreMap, StyleSpecification } from 'maplibre-gl';
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { mapStyle } from '@/core/map/style';
import type { Bbox } from '@/core/api/types';
import type { Lang } from '@/core/i18n/lang';
import { backoff } from '@/core/live/backoff';
import { addCategoryImages, addImages, addProjectImages } from '@/core/map/images';
import { keepTiles } from '@/core/map/keptTiles';
import { GridLayers, type SignSizes } from '@/core/map/layers/grids';
import { namePlaces } from '@/core/map/layers/places';
import { WarningLayers } from '@/core/map/layers/warnings';
import { scaleStyle } from '@/core/map/scaleStyle';
import { useMap } from '@/core/map/useMap';
import { signPlace } from '@/core/map/bounds';
import { ThemeLayer, type DrawnTheme } from '@/core/themes/ThemeLayer';
import { ProjectLayer, type DrawnProjects } from '@/core/projects/ProjectLayer';
import type { Warning } from './derive';
import { Director, LOWEST_PITCH } from './director';
import { areaAt } from './areaAt';
import { CoverageLayers, type DrawnCoverage } from './layers/coverage';
import { CommunityNames } from './layers/communities';
import { FocusLayer } from './layers/focus';
import { addServices } from './layers/services';
import { applySwitches, type LayerName } from './layers/switches';
import { gridLook, ViewLayers } from './layers/views';
import { CARD_REM } from './screen';
import { showsCases, type View } from './settings';
import type { Grid, WallState } from './wallState';

/** The enlargement of the map relative to a desktop screen, because it is read from metres away. */
const DISTANCE = 1.4;
/**
 * The text sizes of the signs, in pixels before the enlargement by `DISTANCE`. Red and yellow must
 * be readable from ten metres: 32 px on a screen with 1080 lines.
 */
const SIGNS: SignSizes = { red: 23, yellow: 23, green: 14.3, no_data: 14.3 };
/**
 * The smallest text on the map, in pixels before the enlargement: 20 px on a screen with 1080
 * lines.
 */
const LEAST_TEXT = 14.3;
/**
 * The height of the view's legend or of the text about the past at the upper edge, in pixels of a desktop
 * screen.
 */
const ROOF = 46;
/** Changes of tiled collections within this time cause one refresh of the tiles, in milliseconds. */
const TILE_SETTLE = 700;
/** How long to wait until a lost WebGL context is restored, in milliseconds. */
const CONTEXT = 3000;

/** The grids and warnings to draw: those of the present or of a past moment. */
export interface Scene {
  grids: ReadonlyMap<string, Grid>;
  warnings: ReadonlyMap<string, Warning>;
}

export interface WallMap {
  phase: Ref<'loading' | 'ready' | 'failed'>;
  map: ShallowRef<MapLibreMap | null>;
  /** The camera as `lon,lat,zoom` when it is not moving, for tests. */
  camera: Ref<string>;
  /** How often the map was built. */
  built: Ref<number>;
  build: (container: HTMLElement) => Promise<void>;
  redraw: () => void;
  grids: (ids: string[]) => void;
  warnings: (ids: string[]) => void;
  tiles: (collections: string[]) => void;
  speak: (lang: Lang) => void;
  toggle: (off: ReadonlySet<LayerName>) => void;
  /** Called when the view, its selection or the communities have changed. */
  restyle: () => void;
  /** Draws a past moment; null for the present. */
  show: (scene: Scene | null) => void;
  /**
   * Moves the camera to a red case and draws a ring there, for a new case also the outline of its
   * grid. If the case is in the half of the other of two screens, the camera shows the whole area.
   */
  focus: (warning: Warning, isNew: boolean) => void;
  frame: (box: Bbox) => void;
  /** Draws a ring at a case without moving the camera; null removes the ring. */
  mark: (warning: Warning | null) => void;
  /** Called when the coverage to draw has changed. */
  cover: () => void;
  /** Called when the theme to draw has changed. */
  theme: () => void;
  /** Called when the projects to draw have changed. */
  projects: () => void;
  /** The id of the project at a point of the canvas, in pixels; '' if there is none or they are not shown. */
  projectAt: (x: number, y: number) => string;
  /** The id of the area at a point of the canvas, in pixels: of the theme, or the smallest one; '' if there is none. */
  areaAt: (x: number, y: number) => string;
  /** The enlargement of symbols and texts relative to a desktop screen. */
  scale: Ref<number>;
  goHome: (animate?: boolean) => void;
  /** Sets the area that is shown by default, and moves the camera there. */
  flyTo: (box: Bbox) => void;
  seen: () => Bbox | null;
}

export interface WallMapOptions {
  lang: () => Lang;
  off: () => ReadonlySet<LayerName>;
  view: () => View;
  category: () => string;
  /** What the view of coverage draws; null before the first answer. */
  coverage: () => DrawnCoverage | null;
  /** What the view of themes draws; null before the first answer. */
  theme: () => DrawnTheme | null;
  /** What the view of projects draws; null before the first answer. */
  projects: () => DrawnProjects | null;
  /** The name of an area that is written on the map; '' for none. */
  areaLabel: (id: string) => string;
  /** The shown communities; null for all. */
  communities: () => ReadonlySet<string> | null;
  isWanted: (warning: Warning) => boolean;
  /** Which of two screens side by side this is; null for a single one. */
  part: () => 1 | 2 | null;
  /** Whether the card of a community is shown when the map frames it. */
  cardShown: () => boolean;
  /** Whether the past is shown or requested. */
  isPast: () => boolean;
}

/** The pixels of the map that a card lies over: at most half of the map, so that something is left to frame. */
function coveredBy(map: MapLibreMap | undefined): number {
  if (!map) return 0;
  const { right, width } = map.getContainer().getBoundingClientRect();
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return Math.min(width / 2, Math.max(0, right - (innerWidth - CARD_REM * rem)));
}

interface Parts {
  map: MapLibreMap;
  scale: number;
  grids: GridLayers;
  warnings: WarningLayers;
  communities: CommunityNames;
  focus: FocusLayer;
  coverage: CoverageLayers;
  theme: ThemeLayer;
  projects: ProjectLayer;
  views: ViewLayers;
  director: Director;
}

const scaleNow = (): number => (Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16) * DISTANCE;

/** The ids of entries that differ. */
function differ<T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>, same: (x: T, y: T) => boolean): string[] {
  const ids: string[] = [];
  for (const [id, value] of b) {
    const other = a.get(id);
    if (other === undefined || !same(value, other)) ids.push(id);
  }
  for (const id of a.keys()) if (!b.has(id)) ids.push(id);
  return ids;
}

/** Whether a place is in the western or eastern half of a box, which decides which of two screens shows it. */
export function isInHalf([west, , east]: Bbox, part: 1 | 2, lon: number): boolean {
  const middle = (west + east) / 2;
  return part === 1 ? lon <= middle : lon > middle;
}

export function useWallMap(state: WallState, options: WallMapOptions): WallMap {
  const { map, create, settle } = useMap();
  const phase = ref<'loading' | 'ready' | 'failed'>('loading');
  const camera = ref('');
  const built = ref(0);
  const enlarged = ref(1);
  const parts = shallowRef<Parts | null>(null);
  /** The default area set by an import; null for the grids or the selected communities. */
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
  /** Whether this screen moves to a place: of two screens side by side, only the one in whose half the place lies. */
  const isOurs = (lon: number): boolean => {
    const [box, part] = [home(), options.part()];
    return box === null || part === null || isInHalf(box, part, lon);
  };

  /** The places of the symbols of red and yellow cases, by grid. The signs of the grids stand beside them. */
  const taken = (): Map<string, Position[]> => {
    const places = new Map<string, Position[]>();
    for (const warning of scene().warnings.values()) {
      const { grid, level } = warning.properties;
      if (!grid || level === 'green' || !options.isWanted(warning)) continue;
      const place = signPlace(warning.geometry);
      if (!place) continue;
      const known = places.get(grid);
      if (known) known.push(place);
      else places.set(grid, [place]);
    }
    return places;
  };

  /** Draws the names of the compounds. If the compounds cannot be loaded, the labels of the tiles are used. */
  const name = (on: MapLibreMap): void => {
    namePlaces(on, state.counts.get('compounds') ?? 0).then(
      () => parts.value?.map === on && parts.value.views.set(options.view(), options.lang()),
      () => {},
    );
  };

  const cover = (on: Parts): void =>
    on.coverage.show(options.view() === 'coverage' ? options.coverage() : null, options.lang());

  const theme = (on: Parts): void =>
    on.theme.show(options.view() === 'themes' ? options.theme() : null, options.areaLabel);

  const drawProjects = (on: Parts): void => on.projects.show(options.view() === 'projects' ? options.projects() : null);

  /** The place of the marked case. The views that show no cases have no mark. */
  const markedPlace = (): ReturnType<typeof signPlace> | null =>
    marked && showsCases(options.view()) ? signPlace(marked.geometry) : null;

  const dress = (to: Parts): void => {
    to.grids.setLook(gridLook[options.view()]);
    to.warnings.setLook(
      options.view() === 'category' ? { by: 'category', picked: options.category() } : { by: 'level' },
    );
    to.views.set(options.view(), options.lang());
    cover(to);
    theme(to);
    drawProjects(to);
    to.director.part = options.part();
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
      // The server is unreachable, so the map is tried again; this machine is not the cause.
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
          maxPitch: LOWEST_PITCH,
          fadeDuration: 200,
          interactive: false, // nobody uses a pointer on the map
          canvasContextAttributes: { antialias: true },
        },
        true,
      );
      // One zoom level for the whole screen: distant tiles of a lower level would contain no buildings.
      made.setSourceTileLodParams(1, 10, 'onemap');
      const sizes = { scale, ratio: devicePixelRatio };
      await Promise.all([
        addImages(made, container, sizes),
        addCategoryImages(made, container, sizes),
        addProjectImages(made, container, sizes),
      ]);
      addServices(made);
      const isOut = (id: string): boolean => {
        const wanted = options.communities();
        return wanted !== null && !wanted.has(state.communityOf(id) ?? '');
      };
      const grids = new GridLayers(made, container, scale, options.lang(), { sizes: SIGNS, isOut, taken });
      const warnings = new WarningLayers(made, container, scale, options.lang(), 16, (w) =>
        options.isWanted(w as Warning),
      );
      const communities = new CommunityNames(made, container, scale, isOut);
      const focus = new FocusLayer(made, container, scale);
      const coverage = new CoverageLayers(made, container, scale);
      const theme = new ThemeLayer(made, container, 'dark', { scale, text: LEAST_TEXT * scale });
      const projects = new ProjectLayer(made, container, { scale, text: LEAST_TEXT * scale });
      const views = new ViewLayers(made, container, scale);
      const director = new Director(made, scale, () => (options.view() === 'levels' && !options.isPast() ? 0 : ROOF));
      grids.setAll(scene().grids);
      warnings.setAll(scene().warnings);
      communities.setAll(state.grids.value);
      const over = { grids, warnings, communities, focus, coverage, theme, projects, views };
      const now: Parts = { map: made, scale, director, ...over };
      parts.value = now;
      enlarged.value = scale;
      dress(now);
      name(made);
      focus.mark(markedPlace());
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
      now.communities.setAll(state.grids.value);
      now.map.refreshTiles('onemap');
      now.views.entrancesChanged();
      now.director.setHome(home());
      name(now.map);
    },
    grids(ids) {
      if (!past) parts.value?.grids.update(state.grids.value, ids);
      parts.value?.communities.update(state.grids.value, ids);
    },
    warnings(ids) {
      if (!past) parts.value?.warnings.update(state.warnings.value, ids);
    },
    tiles(collections) {
      for (const collection of collections) changed.add(collection);
      // The first change starts the timer, so that a stream of changes does not postpone the refresh for ever.
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
      now.communities.setAll(state.grids.value);
      // Which of two screens this is decides the width of the map.
      now.map.resize();
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
        (x, y) =>
          x.status?.level === y.status?.level &&
          x.status?.open.red === y.status?.open.red &&
          x.status?.open.yellow === y.status?.open.yellow &&
          x.geometry === y.geometry,
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
      if (isOurs((box[0] + box[2]) / 2)) director?.goToBox(box, options.cardShown() ? coveredBy(parts.value?.map) : 0);
      else director?.goHome();
    },
    mark(warning) {
      marked = warning;
      parts.value?.focus.mark(markedPlace());
    },
    cover() {
      if (parts.value) cover(parts.value);
    },
    theme() {
      if (parts.value) theme(parts.value);
    },
    projects() {
      if (parts.value) drawProjects(parts.value);
    },
    projectAt: (x, y) => (options.view() === 'projects' ? (parts.value?.projects.projectAt(x, y) ?? '') : ''),
    areaAt(x, y) {
      if (!parts.value) return '';
      if (options.view() === 'themes') return parts.value.theme.areaAt(x, y);
      const { lng, lat } = parts.value.map.unproject([x, y]);
      return areaAt(state.grids.value.values(), [lng, lat]);
    },
    scale: enlarged,
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
