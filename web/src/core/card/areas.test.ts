import { expect, test } from 'vitest';
import { ordered } from './areas';

test('each area follows the one that contains it', () => {
  const rows = [
    { id: 'g2', name: '二', parent: 'c' },
    { id: 's', name: '街' },
    { id: 'g1', name: '一', parent: 'c' },
    { id: 'c', parent: 's' },
    { id: 'x', name: '外', parent: 'unknown' },
  ];
  expect(ordered(rows)).toEqual([
    { id: 's', name: '街', depth: 0 },
    { id: 'c', name: 'c', depth: 1 },
    { id: 'g1', name: '一', depth: 2 },
    { id: 'g2', name: '二', depth: 2 },
    { id: 'x', name: '外', depth: 0 },
  ]);
});

test('areas in a circle are listed once', () => {
  const rows = [
    { id: 'a', parent: 'b' },
    { id: 'b', parent: 'a' },
  ];
  expect(ordered(rows).map((area) => area.id)).toEqual(['a', 'b']);
});
