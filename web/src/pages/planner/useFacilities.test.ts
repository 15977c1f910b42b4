import { expect, test } from 'vitest';
import { parkAround } from './draft';
import { areaOf, counts } from './useFacilities';

const PARK = { collection: 'pocket_parks', area_m2: [400, 10_000] as [number, number] };

test('a park without area_m2 counts by the area of its outline', () => {
  const square = parkAround([117.13, 39.22]);
  expect(areaOf(square)).toBeCloseTo(998.6, 0);
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
  expect(areaOf({ type: 'Polygon', coordinates })).toBeCloseTo(998.6 * 0.75, -1);
  expect(areaOf({ type: 'MultiPolygon', coordinates: [coordinates, [outline]] })).toBeCloseTo(998.6 * 1.75, -1);
});
