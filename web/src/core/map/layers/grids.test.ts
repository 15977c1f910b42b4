import type { Feature } from 'geojson';
import type { MapLibreMap } from 'maplibre-gl';
import { expect, test, vi } from 'vitest';
import { GridLayers, type Grid } from './grids';

vi.mock('@/core/theme/tokens', () => ({ token: () => '#000000' }));

/** A map that remembers the filters of its layers. */
function fakeMap() {
  const filters = new Map<string, unknown>();
  const source = { setData: () => {}, updateData: () => {} };
  const map = {
    addSource: () => {},
    addLayer: () => {},
    getLayersOrder: () => [],
    getSource: () => source,
    setLayoutProperty: () => {},
    setPaintProperty: () => {},
    setFilter: (layer: string, filter: unknown) => void filters.set(layer, filter),
  };
  return { map: map as unknown as MapLibreMap, filters };
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
