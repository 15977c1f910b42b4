import { expect, test } from 'vitest';
import { farBounds, farClass } from './reach';

test('the bounds of classes follow the standard: a length, a time, or a time there and back', () => {
  expect(farBounds({ metres: 300, minutes: null, isReturn: false })).toEqual([450, 750]);
  expect(farBounds({ metres: null, minutes: 5, isReturn: false })).toEqual([600, 1000]);
  expect(farBounds({ metres: null, minutes: 4, isReturn: true })).toEqual([240, 400]);
});

test('a place that reaches no facility is in the last class', () => {
  const bounds: [number, number] = [450, 750];
  expect([301, 450, 451, 750, 751, null].map((d) => farClass(d, bounds))).toEqual([1, 1, 2, 2, 3, 4]);
});
