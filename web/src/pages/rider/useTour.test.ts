import { expect, test } from 'vitest';
import { keyOf, type Stop } from './stops';
import { inOrder } from './useTour';

const stop = (id: string): Stop => ({
  collection: 'buildings',
  id,
  unit: null,
  room: null,
  name: id,
  by: null,
  isDone: false,
});
const visit = (index: number) => ({ stop: index, arrive_at: '', rides: true, first_leg: 0, gate: null });

test('open orders are in the order of the plan; new ones follow, and delivered ones are left out', () => {
  const [a, b, c, added] = [stop('a'), stop('b'), stop('c'), stop('new')];
  const plan = { trip: { features: [], visits: [visit(2), visit(0), visit(1)] }, keys: [a, b, c].map(keyOf) };
  const ids = (open: Stop[]): string =>
    inOrder(open, plan)
      .map((one) => `${one.stop.id}${one.visit ? '' : '?'}`)
      .join(' ');
  expect(ids([a, b, c, added])).toBe('c a b new?');
  expect(ids([a, b])).toBe('a b');
  // An order whose delivery is undone is the next one again.
  expect(ids([a, b, c])).toBe('c a b');
  expect(inOrder([a], null)).toEqual([{ stop: a, visit: null }]);
});
