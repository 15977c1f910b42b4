import type { Position } from 'geojson';
import { effectScope, shallowRef } from 'vue';
import { expect, test, vi } from 'vitest';
import type { Case, Duplicate } from '@/core/ledger/types';
import { useDeskMap } from './useDeskMap';

/** Where the ring and the mark are drawn. */
const drawn: Record<string, Position | null> = {};
vi.mock('@/core/map/useMap', () => ({
  useMap: () => ({
    map: shallowRef({
      getSource: (name: string) => ({
        setData: ({ features: [first] }: GeoJSON.FeatureCollection<GeoJSON.Point>) =>
          (drawn[name] = first?.geometry.coordinates ?? null),
      }),
      project: () => ({ x: 50, y: 50 }),
      getContainer: () => ({ clientWidth: 100, clientHeight: 100 }),
      getZoom: () => 16,
    }),
  }),
}));

const at = (id: string, coordinates: Position) =>
  ({ id, geometry: { type: 'Point', coordinates } }) as Case & Duplicate;

test('a look at a similar case moves the ring, not the mark of the new report', () => {
  const scope = effectScope();
  scope.run(() => {
    const map = useDeskMap({
      pick: () => {},
      openCard: () => {},
      place: () => {},
      placing: () => true,
      selected: () => 'selected',
      grids: () => new Map(),
      compounds: () => 0,
    });
    map.select(at('selected', [117.1, 39.1]));
    map.mark([117.2, 39.2]);
    map.look(at('similar', [117.3, 39.3]));
    expect(drawn).toEqual({ mark: [117.2, 39.2], ring: [117.3, 39.3] });
    // The report is sent or cancelled, or gets another place.
    map.mark(null);
    expect(drawn).toEqual({ mark: null, ring: [117.1, 39.1] });
  });
  scope.stop();
});
