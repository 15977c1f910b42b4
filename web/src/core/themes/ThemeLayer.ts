// The map layers of a theme: areas in the colours of their classes by feature state, a hatch where there is no data,
// outlines, and the values as text.
import type { Feature, Geometry } from 'geojson';
import type { ExpressionSpecification, GeoJSONSource, MapLibreMap } from 'maplibre-gl';
import { signPlace } from '@/core/map/bounds';
import { mapColors } from '@/core/map/colors';
import { addLayer } from '@/core/map/zorder';
import type { ThemeMap } from './client';
import { ramp, type Ground } from './ramp';
import { valueText } from './theme';

const FONT = ['PingFang SC Semibold', 'Microsoft YaHei', 'Noto Sans SC', 'Noto Sans CJK SC', 'system-ui'];
const HATCH = 'theme-hatch';
/** With more areas than this, values are written only from a nearer zoom level. */
const MANY = 60;

const features = (list: Feature[]): GeoJSON.FeatureCollection => ({ type: 'FeatureCollection', features: list });

/** A thematic map with the outlines of its areas. */
export interface DrawnTheme {
  map: ThemeMap;
  /** The outline of an area; null if it is not known or not shown. */
  outline: (id: string) => Geometry | null;
  /** The id of the selected area; '' for none. */
  selected: string;
}

/** Diagonal lines in a colour such as `#rrggbb`, for areas without data. */
function hatch(color: string, scale: number): { width: number; height: number; data: Uint8ClampedArray } {
  const size = Math.round(8 * scale);
  const line = Math.max(1, Math.round(1.2 * scale));
  const [r = 128, g = 128, b = 128] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  const data = new Uint8ClampedArray(size * size * 4);
  for (let y = 0; y < size; y += 1)
    for (let x = 0; x < size; x += 1) if ((x + y) % size < line) data.set([r, g, b, 255], (y * size + x) * 4);
  return { width: size, height: size, data };
}

export class ThemeLayer {
  /** The class of each drawn area; null without data. */
  private readonly classes = new Map<string, number | null>();
  private outlines = '';
  /** The colour of nothing. */
  private readonly nothing: string;

  constructor(
    private readonly map: MapLibreMap,
    room: Element,
    private readonly ground: Ground,
    { scale = 1, text = 12 }: { scale?: number; text?: number } = {},
  ) {
    const colors = mapColors(room);
    this.nothing = colors.none;
    const ratio = devicePixelRatio;
    if (!map.hasImage(HATCH)) map.addImage(HATCH, hatch(colors.textQuiet, scale * ratio), { pixelRatio: ratio });
    map.addSource('theme', { type: 'geojson', data: features([]), promoteId: 'id' });
    map.addSource('theme-values', { type: 'geojson', data: features([]) });
    const known: ExpressionSpecification = ['>=', ['coalesce', ['feature-state', 'class'], -1], 0];
    addLayer(map, {
      id: 'theme-none',
      type: 'fill',
      source: 'theme',
      paint: { 'fill-pattern': HATCH, 'fill-opacity': ['case', known, 0, 0.7] },
    });
    addLayer(map, {
      id: 'theme-area',
      type: 'fill',
      source: 'theme',
      paint: { 'fill-opacity': ['case', known, 0.94, 0] },
    });
    addLayer(map, {
      id: 'theme-edge',
      type: 'line',
      source: 'theme',
      layout: { 'line-join': 'round' },
      paint: { 'line-color': colors.ground, 'line-width': 1.2 * scale },
    });
    addLayer(map, {
      id: 'theme-selected',
      type: 'line',
      source: 'theme',
      filter: ['==', ['get', 'id'], ''],
      layout: { 'line-join': 'round' },
      paint: { 'line-color': colors.text, 'line-width': 3.5 * scale },
    });
    addLayer(map, {
      id: 'theme-values',
      type: 'symbol',
      source: 'theme-values',
      layout: {
        'text-field': ['get', 'text'],
        'text-font': FONT,
        'text-size': text,
        'text-line-height': 1.15,
        'text-padding': 1,
        'symbol-sort-key': ['get', 'order'],
      },
      paint: { 'text-color': colors.text, 'text-halo-color': colors.ground, 'text-halo-width': 1.8 * scale },
    });
  }

  /** Draws a theme; null for none. `name` gives the names that are written above the values; '' for none. */
  show(drawn: DrawnTheme | null, name: (id: string) => string = () => ''): void {
    const { map } = this;
    const areas = drawn?.map.areas ?? [];
    const outlines: Feature[] = [];
    const values: Feature[] = [];
    for (const area of areas) {
      const geometry = drawn?.outline(area.id) ?? null;
      if (!geometry) continue;
      outlines.push({ type: 'Feature', properties: { id: area.id }, geometry });
      const place = signPlace(geometry);
      const value = typeof area.value === 'number' && drawn ? valueText(area.value, drawn.map) : '';
      const text = [name(area.id), value].filter(Boolean).join('\n');
      if (place && text)
        values.push({
          type: 'Feature',
          // Of values that overlap, that of the area that needs more attention is written.
          properties: { text, order: (drawn?.map.more === 'worse' ? -1 : 1) * (area.value ?? 0) },
          geometry: { type: 'Point', coordinates: place },
        });
    }
    // The outlines are sent to the map only if they have changed. Colours change by feature state.
    const key = JSON.stringify(outlines.map((f) => [f.properties?.['id'], f.geometry]));
    if (key !== this.outlines) {
      this.outlines = key;
      void map.getSource<GeoJSONSource>('theme')?.setData(features(outlines));
    }
    void map.getSource<GeoJSONSource>('theme-values')?.setData(features(values));
    map.setLayerZoomRange('theme-values', areas.length > MANY ? 13.5 : 0, 24);
    const colors = drawn ? ramp(drawn.map.hue, drawn.map.classes.length, drawn.map.more, this.ground) : [];
    if (colors.length > 0)
      map.setPaintProperty('theme-area', 'fill-color', [
        'match',
        ['coalesce', ['feature-state', 'class'], -1],
        ...colors.flatMap((color, i) => [i, color]),
        this.nothing,
      ] as unknown as ExpressionSpecification);
    const now = new Map(areas.map((area) => [area.id, area.class ?? null]));
    for (const id of this.classes.keys()) if (!now.has(id)) map.removeFeatureState({ source: 'theme', id });
    for (const [id, of] of now)
      if (!this.classes.has(id) || this.classes.get(id) !== of)
        map.setFeatureState({ source: 'theme', id }, { class: of ?? -1 });
    this.classes.clear();
    for (const [id, of] of now) this.classes.set(id, of);
    map.setFilter('theme-selected', ['==', ['get', 'id'], drawn?.selected ?? '']);
  }

  /** The id of the area at a point of the map's canvas, in pixels; '' if there is none. */
  areaAt(x: number, y: number): string {
    const found = this.map.queryRenderedFeatures([x, y], { layers: ['theme-area', 'theme-none'] });
    const id: unknown = found[0]?.properties['id'];
    return typeof id === 'string' ? id : '';
  }
}
