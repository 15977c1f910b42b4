import type { Position } from 'geojson';
import { expect, test } from 'vitest';
import { gcj02 } from '@/core/position/gcj02';
import { isJustScanned, noteScan, shiftOf } from './datum';

const door: Position = [117.1302, 39.2242];
const gate: Position = [117.1322, 39.2231];
const near = ([lon = 0, lat = 0]: Position, east_m: number): Position => [lon + east_m / 86_300, lat];

test('a position at the GCJ-02 coordinates of the plate gives the shift', () => {
  expect(shiftOf(near(gcj02(door), 15), 10, [door, gate])).toBeGreaterThan(400);
  expect(shiftOf(gcj02(gate), 10, [door, gate])).toBeGreaterThan(400);
});

test('a position at the plate, elsewhere, inaccurate, or outside China gives no shift', () => {
  expect(shiftOf(near(door, 12), 10, [door, gate])).toBeNull();
  expect(shiftOf(near(gcj02(door), 45), 10, [door])).toBeNull();
  expect(shiftOf(near(door, -500), 10, [door])).toBeNull();
  expect(shiftOf(gcj02(door), 80, [door])).toBeNull();
  const heidelberg: Position = [8.6724, 49.4093];
  expect(shiftOf(gcj02(heidelberg), 5, [heidelberg])).toBeNull();
  expect(shiftOf(door, 5, [])).toBeNull();
});

test('a scan counts for five minutes', () => {
  noteScan('a', 0);
  expect([isJustScanned('a', 1000), isJustScanned('b', 1000), isJustScanned('a', 400_000)]).toEqual([
    true,
    false,
    false,
  ]);
});
