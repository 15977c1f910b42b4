import type { Polygon, Position } from 'geojson';
import { expect, test } from 'vitest';
import { bboxOf, contains, intersects, roomyPlace, signPlace, union } from './bounds';

const polygon = (...ring: Position[]): Polygon => ({ type: 'Polygon', coordinates: [[...ring, ring[0] ?? []]] });

test('bounding boxes are computed and compared', () => {
  expect(
    bboxOf([
      { type: 'Point', coordinates: [1, 2] },
      {
        type: 'LineString',
        coordinates: [
          [0, 5],
          [3, 1],
        ],
      },
      null,
    ]),
  ).toEqual([0, 1, 3, 5]);
  expect(bboxOf([])).toBeNull();
  expect(union([0, 0, 1, 1], null)).toEqual([0, 0, 1, 1]);
  expect(contains([0, 0, 4, 4], [1, 1, 4, 2])).toBe(true);
  expect(contains([0, 0, 4, 4], [1, 1, 5, 2])).toBe(false);
  expect(intersects([0, 0, 1, 1], [1, 1, 2, 2])).toBe(true);
  expect(intersects([0, 0, 1, 1], [2, 0, 3, 1])).toBe(false);
});

test('the sign of a simple polygon is in its middle', () => {
  expect(signPlace(polygon([0, 0], [4, 0], [4, 2], [0, 2]))).toEqual([2, 1]);
});

test('the sign of a concave polygon is inside it', () => {
  // An L-shape: the middle of its box lies outside of it.
  const [x = 0, y = 0] = signPlace(polygon([0, 0], [10, 0], [10, 1], [1, 1], [1, 10], [0, 10])) ?? [];
  expect((y < 1 && x > 0 && x < 10) || (x < 1 && y > 0 && y < 10)).toBe(true);
});

test('the sign of a multipolygon is in its largest part', () => {
  const small = polygon([0, 0], [1, 0], [1, 1], [0, 1]).coordinates;
  const large = polygon([10, 10], [20, 10], [20, 20], [10, 20]).coordinates;
  expect(signPlace({ type: 'MultiPolygon', coordinates: [small, large] })).toEqual([15, 15]);
});

test('a sign stands inside its polygon and beside what is taken', () => {
  const square = polygon([0, 0], [4, 0], [4, 4], [0, 4]);
  expect(roomyPlace(square, [])).toEqual([2, 2]);
  const [x = 0, y = 0] = roomyPlace(square, [[2, 2]]) ?? [];
  expect(Math.hypot(x - 2, y - 2)).toBeGreaterThan(1);
  expect(x > 0 && x < 4 && y > 0 && y < 4).toBe(true);
  // A courtyard is not inside.
  const ring: Polygon = {
    type: 'Polygon',
    coordinates: [...square.coordinates, ...polygon([1, 1], [1, 3], [3, 3], [3, 1]).coordinates],
  };
  const [rx = 0, ry = 0] = roomyPlace(ring, []) ?? [];
  expect(Math.max(Math.abs(rx - 2), Math.abs(ry - 2))).toBeGreaterThan(1);
  // A polygon that is too thin for the compared positions still has a place.
  expect(roomyPlace(polygon([0, 0], [4, 4], [4, 4.001], [0, 0.001]), [])).not.toBeNull();
  expect(roomyPlace({ type: 'Point', coordinates: [1, 2] }, [[1, 2]])).toEqual([1, 2]);
});
