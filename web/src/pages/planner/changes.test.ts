import { expect, test } from 'vitest';
import { areaChanges, placeChanges } from './changes';
import type { Coverage } from './types';

const place = (id: string, people: number) => ({ id, name: id, position: [117, 39], people, distance_m: 400 });
const area = (id: string, covered: number) => ({ id, name: id, people: 100, covered, share: covered / 100 });
const coverage = (uncovered: object[], by: object[] = []) => ({ uncovered, by }) as unknown as Coverage;

test('buildings gain if fewer of their people are uncovered, and lose if more are', () => {
  const changes = placeChanges(
    coverage([place('gains', 80), place('same', 10), place('gains-some', 30)]),
    coverage([place('same', 10.2), place('gains-some', 10), place('loses', 50)]),
  );
  expect(changes.map(({ id, people }) => [id, people])).toEqual([
    ['gains', 80],
    ['loses', -50],
    ['gains-some', 20],
  ]);
});

test('areas are compared by id, independent of their order', () => {
  const changes = areaChanges(
    coverage([], [area('a', 10), area('b', 20)]),
    coverage([], [area('b', 50), area('a', 5)]),
  );
  expect(changes.map(({ id, before, after, more }) => [id, before, after, more])).toEqual([
    ['b', 0.2, 0.5, 30],
    ['a', 0.1, 0.05, -5],
  ]);
});
