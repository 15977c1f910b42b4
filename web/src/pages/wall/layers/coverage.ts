// The map layers of the coverage view: uncovered people and facilities as on the planner's map, and the communities with
// their shares.
import type { Geometry } from 'geojson';
import type { GeoJSONSource, MapLibreMap } from 'maplibre-gl';
import type { Lang } from '@/core/i18n/lang';
import { signPlace } from '@/core/map/bounds';
import { mapColors } from '@/core/map/colors';
import { UncoveredLayers } from '@/core/map/layers/uncovered';
import { addLayer } from '@/core/map/zorder';
import type { FacilityPoint } from '@/core/planning/facilities';
import * as figures from '@/core/planning/figures';
import type { FarPlace } from '@/core/planning/types';
import { coverageWords } from '../coverage/words';

export interface CoveredArea {
  id: string;
  name: string;
  geometry: Geometry | null;
  /** From 0 to 1; null without people. */
  share: number | null;
  isWorst: boolean;
}

/** What the coverage view draws. */
export interface DrawnCoverage {
  places: FarPlace[];
  points: FacilityPoint[];
  areas: CoveredArea[];
}

/** The sizes of labels before the enlargement: the worst community is readable from ten metres. */
const LABEL = 16;
const WORST = 23;
/** The length of a walk, before the enlargement. */
const WALK = 14.3;

const empty: DrawnCoverage = { places: [], points: [], areas: [] };

export class CoverageLayers {
  private readonly uncovered: UncoveredLayers;

  constructor(
    private readonly map: MapLibreMap,
    room: Element,
    scale: number,
  ) {
    const colors = mapColors(room);
    this.uncovered = new UncoveredLayers(map, room, { scale, text: WALK * scale });
    map.addSource('coverage', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
    addLayer(map, {
      id: 'coverage-edge',
      type: 'line',
      source: 'coverage',
      filter: ['!=', ['geometry-type'], 'Point'],
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': ['case', ['get', 'worst'], colors.text, colors.textQuiet],
        'line-width': ['case', ['get', 'worst'], 3 * scale, 1.2 * scale],
      },
    });
    // A bright ring around each facility that counts, so that it is found among the circles of people.
    addLayer(map, {
      id: 'coverage-facility-rings',
      type: 'circle',
      source: 'plan-facilities',
      paint: {
        'circle-radius': 12.5 * scale,
        'circle-color': colors.panel,
        'circle-stroke-color': colors.accent,
        'circle-stroke-width': 2 * scale,
        'circle-stroke-opacity': ['case', ['get', 'closed'], 0.3, 1],
      },
    });
    addLayer(map, {
      id: 'coverage-labels',
      type: 'symbol',
      source: 'coverage',
      filter: ['==', ['geometry-type'], 'Point'],
      layout: {
        'text-field': ['get', 'label'],
        'text-font': ['PingFang SC Semibold', 'Microsoft YaHei', 'Noto Sans SC', 'Noto Sans CJK SC', 'system-ui'],
        'text-size': ['case', ['get', 'worst'], WORST * scale, LABEL * scale],
        'text-line-height': 1.2,
        'text-max-width': 20,
        'symbol-sort-key': ['case', ['get', 'worst'], 0, 1],
        'text-variable-anchor': ['center', 'top', 'bottom'],
        'text-padding': 2,
      },
      paint: { 'text-color': colors.text, 'text-halo-color': colors.ground, 'text-halo-width': 2 * scale },
    });
  }

  /** Draws a coverage; null for none. */
  show(drawn: DrawnCoverage | null, lang: Lang): void {
    const { places, points, areas } = drawn ?? empty;
    this.uncovered.setUncovered(places);
    this.uncovered.setFacilities(points);
    const features = areas.flatMap(({ name, geometry, share, isWorst }): GeoJSON.Feature[] => {
      const place = signPlace(geometry);
      if (!geometry || !place) return [];
      const text = `${name}\n${figures.percent(share)}`;
      const label = isWorst ? `${coverageWords[lang].worstOnMap}${text}` : text;
      return [
        { type: 'Feature', properties: { worst: isWorst }, geometry },
        { type: 'Feature', properties: { worst: isWorst, label }, geometry: { type: 'Point', coordinates: place } },
      ];
    });
    void this.map.getSource<GeoJSONSource>('coverage')?.setData({ type: 'FeatureCollection', features });
  }
}
