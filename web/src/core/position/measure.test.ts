import { expect, test } from 'vitest';
import { bearing, distance_m, distanceTo_m, wind } from './measure';

const here = [117.1283, 39.227];

test('a hundredth of a degree is 1110 m north and 863 m east', () => {
  // The expected value is the geodesic distance on WGS 84.
  expect(distance_m(here, [117.1283, 39.237])).toBeCloseTo(1110.2, 0);
  expect(distance_m(here, [117.1383, 39.227])).toBeCloseTo(863.5, 0);
});

test('the distance to an area is measured to its edge and is 0 inside', () => {
  const square = {
    type: 'Polygon' as const,
    coordinates: [
      [
        [117.128, 39.227],
        [117.129, 39.227],
        [117.129, 39.228],
        [117.128, 39.228],
        [117.128, 39.227],
      ],
    ],
  };
  expect(distanceTo_m([117.1285, 39.2275], square)).toBe(0);
  expect(distanceTo_m([117.1285, 39.2265], square)).toBeCloseTo(55.5, 0);
  expect(
    distanceTo_m(here, {
      type: 'LineString',
      coordinates: [
        [117.1273, 39.228],
        [117.1293, 39.228],
      ],
    }),
  ).toBeCloseTo(111, 0);
  expect(distanceTo_m(here, null)).toBeNull();
});

test('directions are named by eight compass points', () => {
  expect(wind(bearing(here, [117.1383, 39.227])).zh).toBe('东');
  expect(wind(bearing(here, [117.1283, 39.217])).en).toBe('south');
  expect([359, 22, 23, 338].map((d) => wind(d).zh)).toEqual(['北', '北', '东北', '北']);
});
