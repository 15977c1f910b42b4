// The map layers of a coverage: the people who are not covered, as circles and as colours of their buildings, and the
// facilities that count. Uncovered people have the darkest colours on the map, and the lightest in the dark theme.
import type { Feature, Position } from 'geojson';
import type { ExpressionSpecification, GeoJSONSource, MapLibreMap } from 'maplibre-gl';
import { mapColors } from '@/core/map/colors';
import { addLayer } from '@/core/map/zorder';
import type { FacilityPoint } from '@/core/planning/facilities';
import type { FarClass, FarPlace } from '@/core/planning/types';

/** What the colour of a building says: a class of uncovered people, or 5 for gained and 6 for lost coverage. */
export type BuildingState = FarClass | 5 | 6;

const FONT = ['PingFang SC Semibold', 'Microsoft YaHei', 'Noto Sans SC', 'Noto Sans CJK SC', 'system-ui'];

const point = (position: Position, properties: Record<string, unknown>): Feature => ({
  type: 'Feature',
  properties,
  geometry: { type: 'Point', coordinates: position },
});

const building = (id: string): { source: string; sourceLayer: string; id: string } => ({
  source: 'onemap',
  sourceLayer: 'buildings',
  id,
});

/** The radius of a circle in pixels. It grows with the square root of the number of people. */
export const byPeople = (scale = 1): ExpressionSpecification => [
  'interpolate',
  ['linear'],
  ['sqrt', ['get', 'people']],
  1,
  2 * scale,
  12,
  5 * scale,
  30,
  11 * scale,
];

export class UncoveredLayers {
  /** The ids of the buildings that are coloured on the map. */
  private readonly colored = new Set<string>();

  constructor(
    private readonly map: MapLibreMap,
    element: Element,
    /** The enlargement relative to a desktop screen, and the size of the labels in pixels. */
    { scale = 1, text = 12 }: { scale?: number; text?: number } = {},
  ) {
    // With symbols `scale` times as large, the layers change at zoom levels that are higher by this.
    const shift = Math.log2(scale);
    const colors = mapColors(element);
    for (const id of ['plan-uncovered', 'plan-facilities'])
      map.addSource(id, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
    const [near, farther, far, none] = colors.plan;
    const buildings = map.getStyle().layers.find((layer) => layer.id === 'buildings');
    if (buildings?.type === 'fill-extrusion') {
      const own = buildings.paint?.['fill-extrusion-color'] ?? colors.hairline;
      const state: ExpressionSpecification = ['coalesce', ['feature-state', 'plan'], 0];
      map.setPaintProperty('buildings', 'fill-extrusion-color', [
        'match',
        state,
        1,
        near,
        2,
        farther,
        3,
        far,
        4,
        none,
        5,
        colors.planGain,
        6,
        colors.planLoss,
        own,
      ] as never);
    }
    // From nearby, the buildings themselves are coloured.
    const fading: ExpressionSpecification = ['interpolate', ['linear'], ['zoom'], 15 + shift, 0.9, 16.2 + shift, 0];
    addLayer(map, {
      id: 'plan-uncovered',
      type: 'circle',
      source: 'plan-uncovered',
      layout: { 'circle-sort-key': ['get', 'far'] },
      paint: {
        'circle-color': ['match', ['get', 'far'], 1, near, 2, farther, 3, far, none],
        'circle-radius': byPeople(scale),
        'circle-stroke-color': colors.panel,
        'circle-stroke-width': ['match', ['get', 'far'], 4, 2 * scale, 0.6 * scale],
        'circle-opacity': fading,
        'circle-stroke-opacity': fading,
      },
    });
    addLayer(map, {
      id: 'plan-uncovered-labels',
      type: 'symbol',
      source: 'plan-uncovered',
      minzoom: 16 + shift,
      layout: { 'text-field': ['get', 'label'], 'text-font': FONT, 'text-size': text },
      paint: { 'text-color': colors.text, 'text-halo-color': colors.panel, 'text-halo-width': 2 * scale },
    });
    addLayer(map, {
      id: 'plan-facilities',
      type: 'symbol',
      source: 'plan-facilities',
      layout: { 'icon-image': ['get', 'image'], 'icon-size': 1.25, 'icon-allow-overlap': true },
      paint: { 'icon-opacity': ['case', ['get', 'closed'], 0.45, 1] },
    });
  }

  /** Draws uncovered places as circles, and colours buildings, by default those of the places. */
  setUncovered(
    places: readonly FarPlace[],
    states: ReadonlyMap<string, BuildingState> = new Map(places.map(({ id, far }) => [id, far])),
  ): void {
    this.put(
      'plan-uncovered',
      places.map(({ position, people, far, label }) => point(position, { people, far, label })),
    );
    for (const id of this.colored)
      if (!states.has(id)) {
        this.map.removeFeatureState(building(id), 'plan');
        this.colored.delete(id);
      }
    for (const [id, plan] of states) {
      this.map.setFeatureState(building(id), { plan });
      this.colored.add(id);
    }
  }

  setFacilities(points: readonly FacilityPoint[]): void {
    this.put(
      'plan-facilities',
      points.map(({ position, image, isClosed }) => point(position, { image, closed: isClosed })),
    );
  }

  private put(source: string, features: Feature[]): void {
    void this.map.getSource<GeoJSONSource>(source)?.setData({ type: 'FeatureCollection', features });
  }
}
