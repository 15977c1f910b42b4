import { expect, test } from 'vitest';
import { isOther, tilesOverAll, type KeptMap } from './keptMap';

test('areas that share tiles load each tile once', () => {
  const box: [number, number, number, number] = [117.13, 39.22, 117.131, 39.221];
  const beside: typeof box = [117.131, 39.22, 117.132, 39.221];
  const one = tilesOverAll([box]);
  expect(new Set(one.map((t) => t.z))).toEqual(new Set([13, 14, 15, 16]));
  expect(tilesOverAll([box, box])).toEqual(one);
  expect(tilesOverAll([box, beside]).length).toBeLessThan(2 * one.length);
});

test('a map of other grids is not the wanted one', () => {
  const kept: KeptMap = { id: 'map', at: '', bytes: 1, tiles: 1, areas: ['a', 'b'] };
  const of = (...ids: string[]) => ids.map((id) => ({ id }));
  expect([of('b', 'a'), of('a'), of('a', 'b', 'c'), of('a', 'c'), of()].map((areas) => isOther(kept, areas))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
});
