import { expect, test } from 'vitest';
import { areaAt } from './areaAt';
import type { Grid } from './wallState';

const square = (id: string, kind: string, size: number): Grid => ({
  id,
  kind,
  geometry: {
    type: 'Polygon',
    coordinates: [
      [
        [0, 0],
        [size, 0],
        [size, size],
        [0, size],
        [0, 0],
      ],
    ],
  },
  name: id,
  code: id,
  parent: '',
  status: null,
});

test('the smallest area at a position is found', () => {
  const grids = [square('street', 'street', 3), square('grid', 'grid', 1), square('community', 'community', 2)];
  expect(areaAt(grids, [0.5, 0.5])).toBe('grid');
  expect(areaAt(grids, [1.5, 0.5])).toBe('community');
  expect(areaAt(grids, [2.5, 0.5])).toBe('street');
  expect(areaAt(grids, [3.5, 0.5])).toBe('');
  expect(areaAt([], [0, 0])).toBe('');
});
