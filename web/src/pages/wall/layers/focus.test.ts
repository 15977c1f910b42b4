import { expect, test } from 'vitest';
import { partOf } from './focus';

const square = [
  [0, 0],
  [2, 0],
  [2, 2],
  [0, 2],
  [0, 0],
];

test('a part of a line is measured by length', () => {
  expect(partOf(square, 0)).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(partOf(square, 0.375)).toEqual([
    [0, 0],
    [2, 0],
    [2, 1],
  ]);
  expect(partOf(square, 1)).toEqual(square);
  expect(partOf([], 0.5)).toEqual([]);
});
