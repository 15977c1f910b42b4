// The map layers of a plan: what a plan changes, changed ways and gates, candidates, the selected area, and the layers
// of a coverage.
import type { Feature as GeoJsonFeature, Geometry, Position } from 'geojson';
import type { GeoJSONSource, MapLibreMap } from 'maplibre-gl';
import { mapColors } from '@/core/map/colors';
import { UncoveredLayers, type BuildingState } from '@/core/map/layers/uncovered';
import { addLayer } from '@/core/map/zorder';
import type { FacilityPoint } from '@/core/planning/facilities';
import type { FarPlace } from '@/core/planning/types';
import type { MarkKind } from '../marks';

export interface ChangedPlace {
  id: string;
  position: Position;
  people: number;
  change: 'gain' | 'loss';
}

export interface ChangedWay {
  id: string;
  geometry: Geometry;
  label: string;
}

/** A candidate that may not be chosen, or that is marked as required or forbidden. */
export interface ShownCandidate {
  position: Position;
  mark: MarkKind | null;
}

/** A site of a plan. */
export interface ChosenSite {
  name: string;
  position: Position;
  people: number;
  isNew: boolean;
}

const SOURCES = ['area', 'ways', 'gates', 'change', 'candidates', 'pick', 'chosen', 'sites'] as const;
type SourceName = (typeof SOURCES)[number];

const FONT = ['PingFang SC Semibold', 'Microsoft YaHei', 'Noto Sans SC', 'Noto Sans CJK SC', 'system-ui'];
const point = (position: Position, properties: Record<string, unknown>, id?: string): GeoJsonFeature => ({
  type: 'Feature',
  ...(id === undefined ? {} : { id }),
  properties,
  geometry: { type: 'Point', coordinates: position },
});
export class PlanLayers {
  /** The layers that the wall screen has too. */
  private readonly shared: UncoveredLayers;
  private far: readonly FarPlace[] = [];
  private changed: readonly ChangedPlace[] = [];

  constructor(
    private readonly map: MapLibreMap,
    element: Element,
  ) {
    const colors = mapColors(element);
    for (const name of SOURCES)
      map.addSource(`plan-${name}`, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
    // Hides the facilities of the base map, which would be mistaken for those that count for the
    // question.
    for (const id of ['facilities', 'first-aid-stations'])
      if (map.getLayer(id)) map.setLayoutProperty(id, 'visibility', 'none');
    this.shared = new UncoveredLayers(map, element);
    addLayer(map, {
      id: 'plan-area',
      type: 'fill',
      source: 'plan-area',
      paint: { 'fill-color': colors.accent, 'fill-opacity': 0.06 },
    });
    addLayer(map, {
      id: 'plan-area-edge',
      type: 'line',
      source: 'plan-area',
      paint: { 'line-color': colors.accent, 'line-width': 2, 'line-dasharray': [3, 2] },
    });
    addLayer(map, {
      id: 'plan-ways-casing',
      type: 'line',
      source: 'plan-ways',
      layout: { 'line-cap': 'round' },
      paint: { 'line-color': colors.panel, 'line-width': 9 },
    });
    addLayer(map, {
      id: 'plan-ways',
      type: 'line',
      source: 'plan-ways',
      paint: { 'line-color': colors.planWay, 'line-width': 5, 'line-dasharray': [2, 1] },
    });
    addLayer(map, {
      id: 'plan-gates',
      type: 'symbol',
      source: 'plan-gates',
      layout: {
        'icon-image': ['get', 'image'],
        'icon-size': 1.2,
        'icon-allow-overlap': true,
        'text-field': ['get', 'label'],
        'text-font': FONT,
        'text-size': 12,
        'text-anchor': 'top',
        'text-offset': [0, 1],
        'text-optional': true,
      },
      paint: { 'text-color': colors.planWay, 'text-halo-color': colors.panel, 'text-halo-width': 2 },
    });
    addLayer(map, {
      id: 'plan-change',
      type: 'symbol',
      source: 'plan-change',
      layout: {
        'text-field': ['match', ['get', 'change'], 'gain', '+', '−'],
        'text-font': FONT,
        'text-size': ['interpolate', ['linear'], ['zoom'], 13, 15, 17, 24],
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: {
        'text-color': ['match', ['get', 'change'], 'gain', colors.planGain, colors.planLoss],
        'text-halo-color': colors.panel,
        'text-halo-width': 2,
      },
    });
    addLayer(map, {
      id: 'plan-candidates',
      type: 'circle',
      source: 'plan-candidates',
      paint: {
        'circle-radius': ['match', ['get', 'mark'], 'none', 4, 9],
        'circle-color': ['match', ['get', 'mark'], 'none', colors.none, colors.panel],
        'circle-stroke-color': ['match', ['get', 'mark'], 'none', colors.textQuiet, colors.planSite],
        'circle-stroke-width': ['match', ['get', 'mark'], 'none', 1.5, 2],
      },
    });
    addLayer(map, {
      id: 'plan-candidate-marks',
      type: 'symbol',
      source: 'plan-candidates',
      layout: {
        'text-field': ['match', ['get', 'mark'], 'required', '✓', 'forbidden', '×', ''],
        'text-font': FONT,
        'text-size': 14,
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': colors.planSite },
    });
    addLayer(map, {
      id: 'plan-pick',
      type: 'circle',
      source: 'plan-pick',
      paint: {
        'circle-radius': 15,
        'circle-color': colors.none,
        'circle-stroke-color': colors.accent,
        'circle-stroke-width': 3,
      },
    });
    addLayer(map, {
      id: 'plan-chosen',
      type: 'circle',
      source: 'plan-chosen',
      paint: {
        'circle-radius': 11,
        'circle-color': ['case', ['get', 'isNew'], colors.planSite, colors.textQuiet],
        'circle-stroke-color': colors.panel,
        'circle-stroke-width': 3,
      },
    });
    addLayer(map, {
      id: 'plan-chosen-labels',
      type: 'symbol',
      source: 'plan-chosen',
      layout: {
        'text-field': ['get', 'name'],
        'text-font': FONT,
        'text-size': 13,
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': colors.panel },
    });
    addLayer(map, {
      id: 'plan-site-labels',
      type: 'symbol',
      source: 'plan-sites',
      layout: {
        'text-field': ['get', 'name'],
        'text-font': FONT,
        'text-size': 13,
        'text-anchor': 'bottom',
        'text-offset': [0, -1],
        'text-allow-overlap': true,
      },
      paint: { 'text-color': colors.planSite, 'text-halo-color': colors.panel, 'text-halo-width': 2.5 },
    });
  }

  setUncovered(places: readonly FarPlace[]): void {
    this.far = places;
    this.drawFar();
  }

  /** Draws the uncovered places. A place that gains coverage is drawn as a change instead. */
  private drawFar(): void {
    const gained = new Set(this.changed.filter(({ change }) => change === 'gain').map(({ id }) => id));
    const states = new Map<string, BuildingState>(this.far.map(({ id, far }) => [id, far]));
    for (const { id, change } of this.changed) states.set(id, change === 'gain' ? 5 : 6);
    this.shared.setUncovered(
      this.far.filter(({ id }) => !gained.has(id)),
      states,
    );
  }

  setChange(places: readonly ChangedPlace[]): void {
    this.changed = places;
    this.drawFar();
    this.put(
      'change',
      places.map(({ position, people, change }) => point(position, { people, change })),
    );
  }

  setFacilities(points: readonly FacilityPoint[]): void {
    this.shared.setFacilities(points);
  }

  setArea(geometry: Geometry | null): void {
    this.put('area', geometry ? [{ type: 'Feature', properties: {}, geometry }] : []);
  }

  setWays(lines: readonly ChangedWay[], gates: readonly { position: Position; image: string; label: string }[]): void {
    this.put(
      'ways',
      lines.map(({ geometry, label }) => ({ type: 'Feature', properties: { label }, geometry })),
    );
    this.put(
      'gates',
      gates.map(({ position, image, label }) => point(position, { image, label })),
    );
  }

  setCandidates(candidates: readonly ShownCandidate[]): void {
    this.put(
      'candidates',
      candidates.map(({ position, mark }) => point(position, { mark: mark ?? 'none' })),
    );
  }

  setPick(position: Position | null): void {
    this.put('pick', position ? [point(position, {})] : []);
  }

  setChosen(sites: readonly ChosenSite[]): void {
    this.put(
      'chosen',
      sites.map(({ name, position, people, isNew }) => point(position, { name, people, isNew })),
    );
  }

  setSites(sites: readonly { name: string; position: Position }[]): void {
    this.put(
      'sites',
      sites.map(({ name, position }) => point(position, { name })),
    );
  }

  private put(name: SourceName, features: GeoJsonFeature[]): void {
    void this.map.getSource<GeoJSONSource>(`plan-${name}`)?.setData({ type: 'FeatureCollection', features });
  }
}
