import type { Feature } from 'geojson';
import type { MapLibreMap } from 'maplibre-gl';
import { expect, test, vi } from 'vitest';
import { GridLayers, type Grid } from './grids';

vi.mock('@/core/theme/tokens', () => ({ token: () => '#000000' }));

/** A map that remembers the filters of its layers and the last data of its sources. */
function fakeMap() {
  const filters = new Map<string, unknown>();
  const texts = new Map<string, unknown>();
  const sources = new Map<string, { data: GeoJSON.FeatureCollection | null; diff: unknown }>();
  const source = (name: string) => ({
    setData: (data: GeoJSON.FeatureCollection) => void sources.set(name, { data, diff: null }),
    updateData: (diff: unknown) => void sources.set(name, { data: null, diff }),
  });
  const map = {
    addSource: () => {},
    addLayer: () => {},
    getLayersOrder: () => [],
    getSource: source,
    setLayoutProperty: (layer: string, _: string, value: unknown) => void texts.set(layer, value),
    setPaintProperty: () => {},
    setFilter: (layer: string, filter: unknown) => void filters.set(layer, filter),
  };
  return { map: map as unknown as MapLibreMap, filters, sources, texts };
}

const grid = (id: string): Grid => ({
  id,
  geometry: { type: 'Point', coordinates: [117.13, 39.22] } satisfies Feature['geometry'],
  kind: 'grid',
  status: { level: 'green' },
});

test('green grids lose their signs when there are many grids, and get them back', () => {
  const { map, filters } = fakeMap();
  const grids = new Map(Array.from({ length: 400 }, (_, i) => [`g${i}`, grid(`g${i}`)]));
  const layers = new GridLayers(map, {} as Element, 1, 'zh');
  layers.setAll(grids);
  const few = JSON.stringify(filters.get('grid-sign-quiet'));

  grids.set('new', grid('new'));
  layers.update(grids, ['new']);
  const many = JSON.stringify(filters.get('grid-sign-quiet'));
  expect(many).not.toBe(few);
  layers.setAll(grids);
  expect(JSON.stringify(filters.get('grid-sign-quiet'))).toBe(many);

  grids.delete('new');
  layers.update(grids, ['new']);
  expect(JSON.stringify(filters.get('grid-sign-quiet'))).toBe(few);
});

test('on a wall, signs count the cases of their level inside the grid, and green grids have none', () => {
  const { map, filters, sources, texts } = fakeMap();
  const square = (x: number): Feature['geometry'] => ({
    type: 'Polygon',
    coordinates: [
      [
        [x, 0],
        [x + 4, 0],
        [x + 4, 4],
        [x, 4],
        [x, 0],
      ],
    ],
  });
  const status = (level: string, red: number, yellow: number) => ({ level, open: { red, yellow } });
  const grids = new Map<string, Grid>([
    ['r', { id: 'r', kind: 'grid', geometry: square(0), status: status('red', 2, 3) }],
    ['y', { id: 'y', kind: 'grid', geometry: square(4), status: status('yellow', 0, 1) }],
    ['g', { id: 'g', kind: 'grid', geometry: square(8), status: status('green', 0, 0) }],
  ]);
  const layers = new GridLayers(map, {} as Element, 1, 'zh', { taken: () => new Map([['r', [[2, 2]]]]) });
  layers.setAll(grids);
  const signs = sources.get('grid-signs')?.data?.features ?? [];
  expect(signs.map((f) => f.properties?.['n'])).toEqual([2, 1, 0]);
  const [beside, middle] = signs.map((f) => (f.geometry.type === 'Point' ? f.geometry.coordinates : []));
  expect(beside).not.toEqual([2, 2]);
  expect((beside?.[0] ?? 0) > 0 && (beside?.[0] ?? 0) < 4).toBe(true);
  expect(middle).toEqual([6, 2]);
  // The number of cases stands where the desk has the name of the level.
  expect(JSON.stringify(texts.get('grid-sign'))).toContain('["to-string",["get","n"]]');
  expect(filters.get('grid-sign-quiet')).toEqual([
    'all',
    ['!', expect.anything()],
    ['==', ['get', 'level'], 'no_data'],
  ]);

  grids.set('r', { id: 'r', kind: 'grid', geometry: square(0), status: status('red', 1, 0) });
  layers.update(grids, ['r']);
  expect(JSON.stringify(sources.get('grid-signs')?.diff)).toContain('{"key":"n","value":1}');
});
