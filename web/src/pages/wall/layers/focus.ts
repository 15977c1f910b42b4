// Highlights a new red case: the outline of its grid is drawn once, and a ring is shown at its place.
import type { Geometry, Position } from 'geojson';
import type { ExpressionSpecification, GeoJSONSource, MapLibreMap } from 'maplibre-gl';
import { mapColors } from '@/core/map/colors';
import { addLayer } from '@/core/map/zorder';
import { reducedMotion } from '@/core/theme/tokens';

/** The duration of drawing the outline, in milliseconds. */
const DRAW = 1400;

/** The first `share` (0 to 1) of a line's length. */
export function partOf(line: Position[], share: number): Position[] {
  const steps = line.slice(1).map(([x = 0, y = 0], i) => Math.hypot(x - (line[i]?.[0] ?? 0), y - (line[i]?.[1] ?? 0)));
  let left = steps.reduce((a, b) => a + b, 0) * Math.min(1, Math.max(0, share));
  const out: Position[] = line.slice(0, 1);
  for (const [i, step] of steps.entries()) {
    const [ax = 0, ay = 0] = line[i] ?? [];
    const [bx = 0, by = 0] = line[i + 1] ?? [];
    if (step > left) {
      out.push([ax + ((bx - ax) * left) / step, ay + ((by - ay) * left) / step]);
      break;
    }
    out.push([bx, by]);
    left -= step;
  }
  return out;
}

function outline(geometry: Geometry | null | undefined): Position[] {
  if (geometry?.type === 'Polygon') return geometry.coordinates[0] ?? [];
  if (geometry?.type === 'MultiPolygon')
    return geometry.coordinates.map((p) => p[0] ?? []).toSorted((a, b) => b.length - a.length)[0] ?? [];
  return [];
}

export class FocusLayer {
  private frame = 0;

  constructor(
    private readonly map: MapLibreMap,
    room: Element,
    scale: number,
  ) {
    const empty: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };
    map.addSource('focus', { type: 'geojson', data: empty });
    const colors = mapColors(room);
    const ink = colors.text;
    addLayer(map, {
      id: 'focus-edge-glow',
      type: 'line',
      source: 'focus',
      filter: ['==', ['geometry-type'], 'LineString'],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': colors.level('red'), 'line-width': 7 * scale, 'line-opacity': 0.9 },
    });
    addLayer(map, {
      id: 'focus-edge',
      type: 'line',
      source: 'focus',
      filter: ['==', ['geometry-type'], 'LineString'],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': ink, 'line-width': 1.6 * scale },
    });
    const isMark: ExpressionSpecification = ['to-boolean', ['get', 'mark']];
    // A marked place has a bright disc, like the panel of the oldest red case, so that it is
    // recognised without colour.
    addLayer(map, {
      id: 'focus-ring',
      type: 'circle',
      source: 'focus',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': ['case', isMark, 24 * scale, 21 * scale],
        'circle-color': ['case', isMark, colors.alarm, colors.none],
        'circle-stroke-color': ink,
        'circle-stroke-width': 3 * scale,
      },
    });
  }

  /**
   * Draws a ring at the place of a red case, without the outline of its grid; null removes the
   * ring.
   */
  mark(place: Position | null): void {
    const features: GeoJSON.Feature[] = place
      ? [{ type: 'Feature', properties: { mark: true }, geometry: { type: 'Point', coordinates: place } }]
      : [];
    cancelAnimationFrame(this.frame);
    void this.source()?.setData({ type: 'FeatureCollection', features });
  }

  show(place: Position, grid: Geometry | null | undefined): void {
    cancelAnimationFrame(this.frame);
    const line = outline(grid);
    const begin = performance.now();
    const draw = (now: number): void => {
      const share = reducedMotion() ? 1 : Math.min(1, (now - begin) / DRAW);
      this.set(place, partOf(line, 1 - (1 - share) ** 3));
      if (share < 1) this.frame = requestAnimationFrame(draw);
    };
    draw(begin);
  }

  clear(): void {
    cancelAnimationFrame(this.frame);
    void this.source()?.setData({ type: 'FeatureCollection', features: [] });
  }

  private set(place: Position, line: Position[]): void {
    const features: GeoJSON.Feature[] = [
      { type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: place } },
    ];
    if (line.length > 1)
      features.push({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: line } });
    void this.source()?.setData({ type: 'FeatureCollection', features });
  }

  private source(): GeoJSONSource | undefined {
    return this.map.getSource<GeoJSONSource>('focus');
  }
}
