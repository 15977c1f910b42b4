import { expect, test } from 'vitest';
import { tilesOver } from './tiles';

test('the tiles of an area are those of its corners and all between', () => {
  expect(tilesOver([-180, -85, 180, 85], [0, 1])).toEqual([
    { x: 0, y: 0, z: 0 },
    { x: 0, y: 0, z: 1 },
    { x: 0, y: 1, z: 1 },
    { x: 1, y: 0, z: 1 },
    { x: 1, y: 1, z: 1 },
  ]);
  expect(tilesOver([117.1147, 39.2082, 117.1456, 39.2311], [14, 16])).toHaveLength(49);
});

test('the tile of a place contains it', () => {
  const latitude = (row: number, count: number): number =>
    (Math.atan(Math.sinh(Math.PI * (1 - (2 * row) / count))) * 180) / Math.PI;
  for (const [lon, lat] of [
    [117.1302, 39.2242],
    [24.94, 60.17],
    [-70.66, -33.45],
  ] as const)
    for (const { x, y, z } of tilesOver([lon, lat, lon, lat], [10, 16])) {
      const count = 2 ** z;
      expect((x / count) * 360 - 180).toBeLessThanOrEqual(lon);
      expect(((x + 1) / count) * 360 - 180).toBeGreaterThan(lon);
      expect(latitude(y, count)).toBeGreaterThanOrEqual(lat);
      expect(latitude(y + 1, count)).toBeLessThan(lat);
    }
});

test('beyond the map there are no tiles', () => {
  for (const { x, y } of tilesOver([-190, -89.9, 190, 89.9], [2, 2])) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x).toBeLessThan(4);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y).toBeLessThan(4);
  }
});
