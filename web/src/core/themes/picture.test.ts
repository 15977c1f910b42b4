import type { Geometry } from 'geojson';
import { expect, test } from 'vitest';
import type { ThemeMap } from './client';
import { pictureOf } from './picture';

const square = (x: number): Geometry => ({
  type: 'Polygon',
  coordinates: [
    [
      [x, 39],
      [x + 0.01, 39],
      [x + 0.01, 39.01],
      [x, 39.01],
      [x, 39],
    ],
  ],
});
const text = { zh: 'x', en: 'x' };
const map: ThemeMap = {
  seq: 1,
  at: '2026-11-22T06:05:00Z',
  theme: 't',
  title: text,
  note: text,
  unit: text,
  hue: 25,
  more: 'worse',
  decimals: 1,
  by: 'grid',
  period: null,
  problem: null,
  classes: [{ from: 1, to: 5, n: 1 }],
  areas: [
    { id: 'a', value: 5, class: 0, n: 3 },
    { id: 'b', value: null, class: null, n: 0 },
    { id: 'c', value: 1, class: 0, n: 1 },
  ],
};

test('a picture is in metres, with a scale bar that fits', () => {
  const outlines: Record<string, Geometry> = { a: square(117), b: square(117.01) };
  const picture = pictureOf(map, (id) => outlines[id] ?? null);
  // At 39° north, 0.02° are 1730 m along a parallel.
  expect(picture?.width).toBeCloseTo(1730, -1);
  expect(picture?.height).toBeCloseTo(1113, -1);
  expect(picture?.bar).toBe(500);
  expect(picture?.shapes.map(({ id, text: value, color }) => [id, value, color === null])).toEqual([
    ['a', '5', false],
    ['b', '', true],
  ]);
  expect(picture?.shapes[0]?.d).toMatch(/^M0 1113\.2L.*Z$/);
});

test('without outlines there is no picture', () => {
  expect(pictureOf(map, () => null)).toBeNull();
});
