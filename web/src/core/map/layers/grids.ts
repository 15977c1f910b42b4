// The grids on the map: a translucent floor and a bright edge under the buildings, a sign above them.
import type { Feature as GeoJsonFeature, Geometry } from 'geojson';
import type { ExpressionSpecification, GeoJSONSource, MapLibreMap } from 'maplibre-gl';
import { LEVELS, colourToken, parseLevel, type Level } from '@/core/levels/levels';
import type { Lang } from '@/core/i18n/lang';
import { levelShort } from '@/core/i18n/words';
import { signPlace } from '@/core/map/bounds';
import { token } from '@/core/theme/tokens';

/** What the layers must know of a grid. */
export interface Grid {
  id: string;
  geometry: Geometry | null;
  kind: string;
  status: { level: string } | null;
}

export const GRID_LAYERS = ['grid-floor', 'grid-pattern', 'grid-edge', 'grid-sign'];

/** Above this many signs every green one is left to its colour and edge: a word each would be noise. */
const MANY = 400;

const byLevel = <T>(value: (level: Level) => T): ExpressionSpecification =>
  ['match', ['get', 'level'], ...LEVELS.flatMap((level) => [level, value(level)]), value('no_data')] as unknown as ExpressionSpecification;

function area(grid: Grid): GeoJsonFeature | null {
  if (!grid.geometry || grid.kind !== 'grid') return null;
  return { type: 'Feature', id: grid.id, geometry: grid.geometry, properties: { id: grid.id, level: parseLevel(grid.status?.level) } };
}

function sign(grid: Grid): GeoJsonFeature | null {
  const place = grid.kind === 'grid' ? signPlace(grid.geometry) : null;
  if (!place) return null;
  return {
    type: 'Feature',
    id: grid.id,
    geometry: { type: 'Point', coordinates: place },
    properties: { id: grid.id, level: parseLevel(grid.status?.level) },
  };
}

const collect = (grids: ReadonlyMap<string, Grid>, make: (grid: Grid) => GeoJsonFeature | null): GeoJSON.FeatureCollection => ({
  type: 'FeatureCollection',
  features: [...grids.values()].map(make).filter((f) => f !== null),
});

export class GridLayers {
  private readonly drawn = new Set<string>();

  constructor(
    private readonly map: MapLibreMap,
    room: Element,
    scale: number,
    lang: Lang,
  ) {
    const colour = byLevel((level) => token(colourToken(level), room));
    const text = byLevel((level) => token(colourToken(level, 'text'), room));
    const empty: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };
    map.addSource('grids', { type: 'geojson', data: empty, promoteId: 'id' });
    map.addSource('grid-signs', { type: 'geojson', data: empty, promoteId: 'id' });

    const under = map.getLayer('barriers') ? 'barriers' : undefined;
    map.addLayer(
      { id: 'grid-floor', type: 'fill', source: 'grids', paint: { 'fill-color': colour, 'fill-opacity': byLevel((l) => ({ red: 0.26, yellow: 0.15, green: 0.08, no_data: 0.04 })[l]) } },
      under,
    );
    map.addLayer(
      {
        id: 'grid-pattern',
        type: 'fill',
        source: 'grids',
        filter: ['in', ['get', 'level'], ['literal', ['red', 'yellow', 'no_data']]],
        paint: { 'fill-pattern': ['concat', 'pattern-', ['get', 'level']] },
      },
      under,
    );
    const width = byLevel((l) => ({ red: 3, yellow: 2, green: 0.9, no_data: 0.9 })[l] * scale);
    map.addLayer(
      {
        id: 'grid-edge',
        type: 'line',
        source: 'grids',
        layout: { 'line-join': 'round', 'line-sort-key': byLevel((l) => ({ red: 3, yellow: 2, green: 1, no_data: 0 })[l]) },
        paint: {
          'line-color': colour,
          'line-width': width,
          // Inside its own cell, so that a red neighbour does not hide a yellow edge.
          'line-offset': ['*', -0.5, width],
          'line-opacity': byLevel((l) => ({ red: 1, yellow: 0.9, green: 0.38, no_data: 0.5 })[l]),
        },
      },
      under,
    );
    map.addLayer({
      id: 'grid-sign',
      type: 'symbol',
      source: 'grid-signs',
      layout: {
        'text-field': '',
        'text-font': ['PingFang SC Semibold', 'Microsoft YaHei', 'Noto Sans SC', 'Noto Sans CJK SC', 'system-ui'],
        'text-size': byLevel((l) => ({ red: 17, yellow: 16, green: 14.3, no_data: 14.3 })[l] * scale),
        // A sign makes way for a warning's own mark, and stands all the same where there is no way.
        'text-variable-anchor': ['center', 'bottom', 'top'],
        'text-radial-offset': 1.3,
        'text-allow-overlap': ['step', ['zoom'], false, 12.5, true] as never,
        'symbol-sort-key': byLevel((l) => ({ red: 0, yellow: 1, no_data: 2, green: 3 })[l]),
        'text-padding': 1,
      },
      paint: {
        'text-color': text,
        'text-halo-color': token('--ground', room),
        'text-halo-width': 1.6 * scale,
        'text-opacity': byLevel((l) => (l === 'green' || l === 'no_data' ? 0.62 : 1)),
      },
    });
    this.speak(lang);
  }

  /** Puts the words of a language on the signs. */
  speak(lang: Lang): void {
    this.map.setLayoutProperty('grid-sign', 'text-field', [
      'format',
      ['image', ['concat', 'mark-', ['get', 'level']]],
      { 'vertical-align': 'center' },
      // A figure space keeps the mark off its word.
      byLevel((level) => `\u2009${levelShort[level][lang]}`),
      { 'vertical-align': 'center' },
    ]);
  }

  setAll(grids: ReadonlyMap<string, Grid>): void {
    this.drawn.clear();
    const areas = collect(grids, area);
    for (const f of areas.features) this.drawn.add(String(f.id));
    void this.source('grids').setData(areas);
    void this.source('grid-signs').setData(collect(grids, sign));
    this.map.setFilter('grid-sign', this.drawn.size > MANY ? ['!=', ['get', 'level'], 'green'] : null);
  }

  /** Draws only what changed. */
  update(grids: ReadonlyMap<string, Grid>, ids: string[]): void {
    for (const [name, make] of [['grids', area], ['grid-signs', sign]] as const) {
      const diff = { add: [] as GeoJsonFeature[], remove: [] as string[], update: [] as Diff[] };
      for (const id of ids) {
        const grid = grids.get(id);
        const feature = grid ? make(grid) : null;
        if (!feature) {
          if (this.drawn.has(id)) diff.remove.push(id);
        } else if (this.drawn.has(id)) {
          diff.update.push({
            id,
            newGeometry: feature.geometry,
            addOrUpdateProperties: [{ key: 'level', value: feature.properties?.['level'] }],
          });
        } else {
          diff.add.push(feature);
        }
      }
      void this.source(name).updateData(diff);
    }
    for (const id of ids) {
      if (grids.get(id)?.kind === 'grid') this.drawn.add(id);
      else this.drawn.delete(id);
    }
  }

  private source(name: string): GeoJSONSource {
    const source = this.map.getSource<GeoJSONSource>(name);
    if (!source) throw new Error(`no source ${name}`);
    return source;
  }
}

interface Diff {
  id: string;
  newGeometry: GeoJSON.Geometry;
  addOrUpdateProperties: { key: string; value: unknown }[];
}
