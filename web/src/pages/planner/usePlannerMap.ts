// The map of the planner's page. It remembers what is shown, so that a map built for another theme
// shows the same.
import type { Geometry, Polygon, Position } from 'geojson';
import type { MapLibreMap, MapMouseEvent } from 'maplibre-gl';
import { inject, markRaw, onScopeDispose, ref, shallowRef, type InjectionKey, type Ref, type ShallowRef } from 'vue';
import { ApiError } from '@/core/api/client';
import type { Lang } from '@/core/i18n/lang';
import { bboxOf } from '@/core/map/bounds';
import { addImages } from '@/core/map/images';
import { namePlaces } from '@/core/map/layers/places';
import { mapStyle } from '@/core/map/style';
import { useMap } from '@/core/map/useMap';
import type { FacilityPoint } from '@/core/planning/facilities';
import type { FarPlace } from '@/core/planning/types';
import type { Mode } from '@/core/theme/mode';
import { reducedMotion } from '@/core/theme/tokens';
import type { TriedSite } from './draft';
import type { Drawing, Tool } from './drawing';
import { PlanLayers, type ChangedPlace, type ChangedWay, type ChosenSite, type ShownCandidate } from './layers/plan';

/**
 * The zoom level for one building: the map goes at least to it for a position, and at most to it
 * for an area.
 */
const CLOSE = 16.2;
/**
 * The pause before the map is built again after the server could not be reached, in milliseconds.
 */
const RETRY = 4000;
/** The tolerance of a click on a lane or a gate, in pixels. */
const REACH = 6;

/** What is shown besides the base map. */
interface Shown {
  uncovered: readonly FarPlace[];
  change: readonly ChangedPlace[];
  facilities: readonly FacilityPoint[];
  area: Geometry | null;
  ways: readonly ChangedWay[];
  gates: readonly { position: Position; image: string; label: string }[];
  candidates: readonly ShownCandidate[];
  pick: Position | null;
  chosen: readonly ChosenSite[];
  sites: readonly TriedSite[];
}

/** The handlers of what the user does on the map. The open mode sets them. */
export interface Hands {
  dropped?: (id: string, position: [number, number]) => void;
  moved?: (id: string, position: [number, number], isDone: boolean) => void;
  picked?: (id: string | null) => void;
  outlined?: (polygons: Polygon[]) => void;
  /** A click on a lane or a gate. */
  feature?: (collection: 'routes' | 'entrances', id: string) => void;
  /** A click on a building. */
  building?: (id: string) => void;
}

export interface PlannerMap {
  phase: Ref<'loading' | 'ready' | 'away' | 'failed'>;
  map: ShallowRef<MapLibreMap | null>;
  camera: Ref<string>;
  tool: Ref<Tool>;
  build: (container: HTMLElement, mode: Mode, lang: Lang) => Promise<void>;
  show: (what: Partial<Shown>) => void;
  /** Sets the handlers until the returned function is called. */
  take: (hands: Hands) => () => void;
  use: (tool: Tool) => void;
  pickSite: (id: string | null) => void;
  clearAreas: () => void;
  goTo: (position: Position) => void;
  fit: (geometries: Iterable<Geometry | null | undefined>) => void;
  zoom: (by: number) => void;
  home: () => void;
  center: () => [number, number] | null;
}

export const plannerMapKey: InjectionKey<PlannerMap> = Symbol('planner-map');

export function injectMap(): PlannerMap {
  const map = inject(plannerMapKey);
  if (!map) throw new Error('No map is provided. Use this component inside PlannerRoom.');
  return map;
}

export function usePlannerMap(whole: () => Iterable<Geometry | null | undefined>): PlannerMap {
  let layers: PlanLayers | null = null;
  const drawing = shallowRef<Drawing | null>(null);
  let retry: ReturnType<typeof setTimeout> | undefined;
  // Registered before the disposal of `useMap`, which removes the map: modes that are disposed
  // later must not draw on it.
  onScopeDispose(() => {
    clearTimeout(retry);
    drawing.value?.stop();
    drawing.value = null;
    layers = null;
  });
  const { map, create, current } = useMap();
  const phase = ref<'loading' | 'ready' | 'away' | 'failed'>('loading');
  const camera = ref('');
  const tool = ref<Tool>('select');
  const shown: Shown = {
    uncovered: [],
    change: [],
    facilities: [],
    area: null,
    ways: [],
    gates: [],
    candidates: [],
    pick: null,
    chosen: [],
    sites: [],
  };
  let hands: Hands = {};

  function put(what: Partial<Shown>): void {
    if (!layers) return;
    if (what.uncovered) layers.setUncovered(what.uncovered);
    if (what.change) layers.setChange(what.change);
    if (what.facilities) layers.setFacilities(what.facilities);
    if (what.area !== undefined) layers.setArea(what.area);
    if (what.ways || what.gates) layers.setWays(shown.ways, shown.gates);
    if (what.candidates) layers.setCandidates(what.candidates);
    if (what.pick !== undefined) layers.setPick(what.pick);
    if (what.chosen) layers.setChosen(what.chosen);
    if (what.sites) {
      layers.setSites(what.sites);
      drawing.value?.show(what.sites);
    }
  }

  function fit(geometries: Iterable<Geometry | null | undefined>, animate = true): void {
    const box = bboxOf(geometries);
    if (box) map.value?.fitBounds(box, { padding: 40, maxZoom: CLOSE, animate: animate && !reducedMotion() });
  }

  function clicked({ point: { x, y } }: MapMouseEvent): void {
    const made = map.value;
    if (!made || tool.value !== 'select') return;
    const around: [[number, number], [number, number]] = [
      [x - REACH, y - REACH],
      [x + REACH, y + REACH],
    ];
    const first = (layer: string, area: [number, number] | typeof around): string | null => {
      if (!made.getLayer(layer)) return null;
      const hit = made.queryRenderedFeatures(area, { layers: [layer] })[0];
      const id = hit?.properties['id'] ?? hit?.id;
      return id === undefined ? null : String(id);
    };
    if (hands.feature) {
      const gate = first('gates', around);
      if (gate) {
        hands.feature('entrances', gate);
        return;
      }
      const way = first('routes', around) ?? first('routes-on-foot', around);
      if (way) {
        hands.feature('routes', way);
        return;
      }
    }
    const building = hands.building && first('buildings', [x, y]);
    if (building) hands.building?.(building);
  }

  /** Loads the drawing library. Modes that do not draw do not load it. */
  async function draw(): Promise<void> {
    const made = map.value;
    if (!made || drawing.value || phase.value !== 'ready') return;
    const { Drawing: Made } = await import('./drawing');
    if (!current(made) || drawing.value) return;
    drawing.value = markRaw(
      new Made(made, made.getContainer(), {
        dropped: (id, position) => hands.dropped?.(id, position),
        moved: (id, position, isDone) => hands.moved?.(id, position, isDone),
        picked: (id) => hands.picked?.(id),
        outlined: (polygons) => hands.outlined?.(polygons),
      }),
    );
    drawing.value.show(shown.sites);
    drawing.value.use(tool.value);
  }

  async function build(container: HTMLElement, mode: Mode, lang: Lang): Promise<void> {
    clearTimeout(retry);
    if (phase.value !== 'away') phase.value = 'loading';
    const before = map.value ? { center: map.value.getCenter(), zoom: map.value.getZoom() } : null;
    drawing.value?.stop();
    drawing.value = null;
    try {
      const style = await mapStyle(mode === 'dark' ? 'wall' : 'light');
      const made = await create(container, {
        style: { ...style, pitch: 0, bearing: 0 },
        maxPitch: 0,
        dragRotate: false,
        fadeDuration: 120,
        locale: { 'Map.Title': lang === 'zh' ? '规划地图' : 'Planning map' },
      });
      made.touchZoomRotate.disableRotation();
      made.keyboard.disableRotation();
      if (!current(made)) return;
      await addImages(made, container, { scale: 1, ratio: devicePixelRatio });
      if (!current(made)) return;
      layers = new PlanLayers(made, container);
      put(shown);
      namePlaces(made, 1).catch(() => {}); // the map then shows the labels of the tiles
      if (before) made.jumpTo(before);
      else fit(whole(), false);
      made.on('click', clicked);
      const rest = (): void => {
        const { lng, lat } = made.getCenter();
        camera.value = `${lng.toFixed(5)},${lat.toFixed(5)},${made.getZoom().toFixed(2)}`;
      };
      made.on('moveend', rest);
      rest();
      await made.once('idle');
      if (!current(made)) return;
      phase.value = 'ready';
      if (hands.dropped || hands.outlined) void draw();
    } catch (error) {
      phase.value = error instanceof ApiError ? 'away' : 'failed';
      if (phase.value === 'away') retry = setTimeout(() => void build(container, mode, lang), RETRY);
    }
  }

  return {
    phase,
    map,
    camera,
    tool,
    build,
    show(what) {
      Object.assign(shown, what);
      put(what);
    },
    take(now) {
      hands = now;
      if (now.dropped || now.outlined) void draw();
      return () => {
        if (hands !== now) return;
        hands = {};
        tool.value = 'select';
        drawing.value?.use('select');
      };
    },
    use(to) {
      tool.value = to;
      drawing.value?.use(to);
    },
    pickSite: (id) => drawing.value?.pick(id),
    clearAreas: () => drawing.value?.clearAreas(),
    goTo([lng = 0, lat = 0]) {
      const made = map.value;
      made?.easeTo({
        center: [lng, lat],
        zoom: Math.max(made.getZoom(), CLOSE),
        duration: reducedMotion() ? 0 : 300,
      });
    },
    fit,
    zoom: (by) => map.value?.zoomTo(map.value.getZoom() + by, { duration: reducedMotion() ? 0 : 200 }),
    home: () => fit(whole()),
    center() {
      const at = map.value?.getCenter();
      return at ? [at.lng, at.lat] : null;
    },
  };
}
