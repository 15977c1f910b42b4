import { expect, test } from 'vitest';
import type { Polygon } from 'geojson';
import { areaOf, counts, FACILITIES, facilityBody, facilityOf, keyOfFacility } from './facilities';

/** A square of about 31.6 m, 1,000 m². */
function parkAround([lon, lat]: [number, number]): Polygon {
  const dy = Math.sqrt(1000) / 2 / 111_320;
  const dx = dy / Math.cos((lat * Math.PI) / 180);
  const at = (x: number, y: number): [number, number] => [lon + x * dx, lat + y * dy];
  return { type: 'Polygon', coordinates: [[at(-1, -1), at(1, -1), at(1, 1), at(-1, 1), at(-1, -1)]] };
}

const PARK = { collection: 'pocket_parks', area_m2: [400, 10_000] as [number, number] };

test('a park without area_m2 counts by the area of its outline', () => {
  const square = parkAround([117.13, 39.22]);
  expect(areaOf(square)).toBeCloseTo(1000, 0);
  expect(counts(PARK, {}, square)).toBe(true);
  expect(counts({ ...PARK, area_m2: [1100, 10_000] }, {}, square)).toBe(false);
  // The property `area_m2` counts, not the area of the outline.
  expect(counts({ ...PARK, area_m2: [1100, 10_000] }, { area_m2: 1200 }, square)).toBe(true);
  // A park that is a point has no known area.
  expect(counts(PARK, {}, { type: 'Point', coordinates: [117.13, 39.22] })).toBe(true);
});

test('holes are not part of an area, and several polygons are added up', () => {
  const [outline = []] = parkAround([117.13, 39.22]).coordinates;
  const [hole = []] = parkAround([117.13, 39.22]).coordinates.map((ring) =>
    ring.map(([lon = 0, lat = 0]) => [117.13 + (lon - 117.13) / 2, 39.22 + (lat - 39.22) / 2]),
  );
  const coordinates = [outline, hole];
  expect(areaOf({ type: 'Polygon', coordinates })).toBeCloseTo(1000 * 0.75, -1);
  expect(areaOf({ type: 'MultiPolygon', coordinates: [coordinates, [outline]] })).toBeCloseTo(1000 * 1.75, -1);
});

test('the facilities of a standard are those that it names, otherwise the chosen ones', () => {
  const aed = { collection: 'first_aid_stations', kind: null, aed: true, area_m2: null };
  expect(facilityOf(aed, 'toilet')).toEqual({ collection: 'first_aid_stations', aed: true });
  expect(facilityOf(null, 'toilet')).toEqual({ collection: 'facilities', kind: 'toilet' });
  for (const key of FACILITIES) expect(keyOfFacility(facilityBody(key))).toBe(key);
  expect(keyOfFacility({ collection: 'units' })).toBeNull();
});
