// The map of the desk: the base style, the levels of the grids, the cases of the queue as symbols, a ring around
// the selected case, and the place of a new report.
import type { Position } from 'geojson';
import type { GeoJSONSource, MapLibreMap, MapMouseEvent } from 'maplibre-gl';
import { onScopeDispose, ref, type Ref, type ShallowRef } from 'vue';
import { ApiError } from '@/core/api/client';
import { mapStyle } from '@/core/map/style';
import type { Lang } from '@/core/i18n/lang';
import type { Case, Duplicate } from '@/core/ledger/types';
import { bboxOf, signPlace } from '@/core/map/bounds';
import { mapColors } from '@/core/map/colors';
import { addImages } from '@/core/map/images';
import { GridLayers } from '@/core/map/layers/grids';
import { namePlaces } from '@/core/map/layers/places';
import { WARNING_LAYERS, WarningLayers } from '@/core/map/layers/warnings';
import { useMap } from '@/core/map/useMap';
import { addLayer } from '@/core/map/zorder';
import { ThemeLayer, type DrawnTheme } from '@/core/themes/ThemeLayer';
import type { Mode } from '@/core/theme/mode';
import { reducedMotion } from '@/core/theme/tokens';
import type { Grid } from './useDesk';

/** The scale of the signs: smaller than by default, because the desk is read from nearby. */
const SCALE = 0.78;
/** The zoom level at which the surroundings of a case are visible. */
const CLOSE = 16;
/** The pause before a style that could not be loaded is requested again, in milliseconds. */
const RETRY = 4000;
/** The width of the picker of themes, in pixels. */
const PICKER = 276;
/** The tolerance of a click on a symbol, in pixels. */
const REACH = 4;

export interface Picked {
  position: Position;
  /** The building under the pointer. */
  building?: string | undefined;
  /** The number of the unit of the building, and of the room. */
  unit?: string | undefined;
  room?: string | undefined;
  name?: string | undefined;
}

export interface DeskMap {
  /**
   * `away`: the style could not be loaded and is requested again. `failed`: the map cannot be drawn on this
   * machine.
   */
  phase: Ref<'loading' | 'ready' | 'away' | 'failed'>;
  map: ShallowRef<MapLibreMap | null>;
  /** The camera as `lon,lat,zoom` when it is not moving. */
  camera: Ref<string>;
  build: (container: HTMLElement, mode: Mode, lang: Lang) => Promise<void>;
  showCases: (cases: Case[]) => void;
  showGrids: (grids: ReadonlyMap<string, Grid>, ids?: string[]) => void;
  /** Draws a ring around the case and moves it into view. */
  select: (c: Case | null) => void;
  /** Marks the place of the new report. The ring returns to the selected case. */
  mark: (place: Position | null, go?: boolean) => void;
  /** Draws the ring around a case that is similar to the new report, and moves it into view. The mark stays. */
  look: (similar: Duplicate | Case) => void;
  /** Draws a theme instead of the levels and the cases of the queue; null for none. */
  theme: (drawn: DrawnTheme | null) => void;
  speak: (lang: Lang) => void;
  zoom: (by: number) => void;
  home: () => void;
}

const points = (place: Position | null): GeoJSON.FeatureCollection => ({
  type: 'FeatureCollection',
  features: place ? [{ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: place } }] : [],
});

export function useDeskMap(on: {
  pick: (id: string) => void;
  /** An area of the theme was clicked: the id of the grid or community. */
  openCard: (id: string) => void;
  place: (picked: Picked) => void;
  placing: () => boolean;
  selected: () => string | null;
  grids: () => ReadonlyMap<string, Grid>;
  /** The number of compounds. */ compounds: () => number;
}): DeskMap {
  const { map, create, current } = useMap();
  const phase = ref<'loading' | 'ready' | 'away' | 'failed'>('loading');
  const camera = ref('');
  let layers: { grids: GridLayers; warnings: WarningLayers; theme: ThemeLayer } | null = null;
  let themed: DrawnTheme | null = null;
  let cases: Case[] = [];
  let chosen: Case | null = null;
  /** The case with the ring: the selected one, or one that is similar to the new report. */
  let ringed: Case | Duplicate | null = null;
  let marked: Position | null = null;
  /** The language of the signs. It may change while a map is being built. */
  let spoken: Lang = 'zh';
  let drawing: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => {
    clearTimeout(drawing);
    clearTimeout(retry);
  });

  const put = (source: string, place: Position | null): void =>
    void map.value?.getSource<GeoJSONSource>(source)?.setData(points(place));

  function ring(c: Case | Duplicate | null): void {
    ringed = c;
    drawCases();
    put('ring', c ? signPlace(c.geometry) : null);
  }

  function drawCases(): void {
    // The case with the ring stays visible even if a step removed it from the queue.
    // Levels are never drawn together with the colours of a theme.
    const shown = themed ? [] : cases;
    layers?.warnings.setAll(new Map([...(ringed ? [ringed] : []), ...shown].map((c) => [c.id, c])));
  }

  function drawTheme(): void {
    layers?.grids.setLook(themed ? 'plain' : 'full');
    // Only communities are named, because grids are too many.
    const isNamed = themed?.map.by === 'community';
    layers?.theme.show(themed, (id) => (isNamed ? (on.grids().get(id)?.name ?? '') : ''));
    drawCases();
  }

  /** Draws the names of the compounds. If the compounds cannot be loaded, the labels of the tiles are used. */
  const name = (made: MapLibreMap): void => {
    namePlaces(made, on.compounds()).catch(() => {});
  };

  function home(animate = true): void {
    const cells = [...on.grids().values()];
    const box = bboxOf(cells.map((g) => g.geometry)) ?? bboxOf(cases.map((c) => c.geometry));
    // The picker of themes covers the left part of the map.
    const padding = { top: 24, right: 24, bottom: 24, left: themed ? PICKER : 24 };
    if (box) map.value?.fitBounds(box, { padding, maxZoom: CLOSE, animate: animate && !reducedMotion() });
  }

  function clicked(event: MapMouseEvent): void {
    const made = map.value;
    if (!made) return;
    const { x, y } = event.point;
    if (on.placing()) {
      const building = made.getLayer('buildings')
        ? made.queryRenderedFeatures([x, y], { layers: ['buildings'] })[0]
        : undefined;
      const id = building?.properties['id'] ?? building?.id;
      on.place({
        position: [event.lngLat.lng, event.lngLat.lat],
        building: id === undefined ? undefined : String(id),
        name: building?.properties['name'] as string | undefined,
      });
      return;
    }
    const hits = made.queryRenderedFeatures(
      [
        [x - REACH, y - REACH],
        [x + REACH, y + REACH],
      ],
      { layers: WARNING_LAYERS },
    );
    const ids = [...new Set(hits.map((f) => String(f.properties['id'])))];
    // If there are several cases at one place, each click selects the next.
    const at = ids.indexOf(on.selected() ?? '');
    const id = ids[(at + 1) % ids.length];
    if (id !== undefined) on.pick(id);
    else if (themed) {
      const area = layers?.theme.areaAt(x, y) ?? '';
      if (area) on.openCard(area);
    }
  }

  async function build(container: HTMLElement, mode: Mode, lang: Lang): Promise<void> {
    clearTimeout(retry);
    spoken = lang;
    if (phase.value !== 'away') phase.value = 'loading';
    const before = map.value ? { center: map.value.getCenter(), zoom: map.value.getZoom() } : null;
    try {
      const style = await mapStyle(mode === 'dark' ? 'wall' : 'light');
      // The map is vertical, because the signs are easier to read. A pitched style starts flat here.
      const made = await create(container, {
        style: { ...style, pitch: 0, bearing: 0 },
        maxPitch: 0,
        dragRotate: false,
        fadeDuration: 120,
        locale: { 'Map.Title': lang === 'zh' ? '预警地图' : 'Map of the cases' },
      });
      made.touchZoomRotate.disableRotation();
      made.keyboard.disableRotation();
      // If nobody is signed in, the page has replaced the map by the sign-in prompt.
      if (!current(made)) return;
      await addImages(made, container, { scale: 0.9, ratio: devicePixelRatio });
      if (!current(made)) return;
      layers = {
        grids: new GridLayers(made, container, SCALE, spoken),
        warnings: new WarningLayers(made, container, SCALE, spoken, 0),
        theme: new ThemeLayer(made, container, mode),
      };
      name(made);
      const { accent, ground, text } = mapColors(container);
      made.addSource('ring', { type: 'geojson', data: points(null) });
      addLayer(made, {
        id: 'ring',
        type: 'circle',
        source: 'ring',
        paint: {
          'circle-radius': 19,
          'circle-color': accent,
          'circle-opacity': 0.22,
          'circle-stroke-color': text,
          'circle-stroke-width': 2.5,
        },
      });
      made.addSource('mark', { type: 'geojson', data: points(null) });
      addLayer(made, {
        id: 'mark',
        type: 'circle',
        source: 'mark',
        paint: { 'circle-radius': 8, 'circle-color': accent, 'circle-stroke-color': ground, 'circle-stroke-width': 3 },
      });
      layers.grids.setAll(on.grids());
      drawTheme();
      put('ring', ringed ? signPlace(ringed.geometry) : null);
      put('mark', marked);
      if (before) made.jumpTo(before);
      else home(false);
      made.on('click', clicked);
      for (const layer of WARNING_LAYERS) {
        made.on('mouseenter', layer, () => (made.getCanvas().style.cursor = 'pointer'));
        made.on('mouseleave', layer, () => (made.getCanvas().style.cursor = ''));
      }
      const rest = (): void => {
        const { lng, lat } = made.getCenter();
        camera.value = `${lng.toFixed(5)},${lat.toFixed(5)},${made.getZoom().toFixed(2)}`;
      };
      made.on('moveend', rest);
      rest();
      await made.once('idle');
      phase.value = 'ready';
    } catch (error) {
      phase.value = error instanceof ApiError ? 'away' : 'failed';
      if (phase.value === 'away') retry = setTimeout(() => void build(container, mode, spoken), RETRY);
    }
  }

  function goTo(place: Position, always = false): void {
    const made = map.value;
    if (!made) return;
    const [lng = 0, lat = 0] = place;
    const { x, y } = made.project([lng, lat]);
    const { clientWidth: width, clientHeight: height } = made.getContainer();
    const inView = x > width * 0.15 && x < width * 0.85 && y > height * 0.15 && y < height * 0.85;
    if (!always && inView && made.getZoom() >= CLOSE - 1) return;
    made.easeTo({ center: [lng, lat], zoom: Math.max(made.getZoom(), CLOSE), duration: reducedMotion() ? 0 : 250 });
  }

  return {
    phase,
    map,
    camera,
    build,
    showCases(now) {
      cases = now;
      clearTimeout(drawing);
      drawing = setTimeout(drawCases, 60);
    },
    showGrids(grids, ids) {
      if (!layers || !map.value) return;
      if (ids) {
        layers.grids.update(grids, ids);
        return;
      }
      layers.grids.setAll(grids);
      name(map.value);
      if (!ringed) home(false);
    },
    select(c) {
      chosen = c;
      ring(c);
      const place = c ? signPlace(c.geometry) : null;
      if (place) goTo(place);
    },
    mark(place, go = true) {
      marked = place;
      put('mark', place);
      if (ringed !== chosen) ring(chosen);
      if (place && go) goTo(place);
    },
    look(similar) {
      ring(similar);
      const place = signPlace(similar.geometry);
      if (place) goTo(place);
    },
    theme(drawn) {
      const isOther = (themed === null) !== (drawn === null);
      themed = drawn;
      drawTheme();
      if (isOther && !ringed) home();
    },
    speak(lang) {
      spoken = lang;
      layers?.grids.speak(lang);
      layers?.warnings.speak(lang);
    },
    zoom: (by) => map.value?.zoomTo(map.value.getZoom() + by, { duration: reducedMotion() ? 0 : 200 }),
    home,
  };
}
