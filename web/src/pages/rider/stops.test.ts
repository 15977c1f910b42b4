import { expect, test } from 'vitest';
import { keyOf, makeStops, MOST_STOPS, nextMoment } from './stops';
import type { Target } from './target';

const door = (id: string): Target => ({ collection: 'buildings', id, unit: '2', room: '501' });

function shelf() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    kept,
  };
}

test('orders are added, moved, delivered, reopened and removed', () => {
  const { stops, open, add, arrange, move, setDone, setBy, remove } = makeStops(shelf());
  for (const id of ['a', 'b', 'c']) add(door(id), id);
  add(door('b'), 'b');
  const ids = () => stops.value.map(({ id }) => id).join('');
  expect(ids()).toBe('acb');
  move(keyOf(door('b')), -1);
  move(keyOf(door('a')), -1);
  expect(ids()).toBe('abc');
  arrange(['c', 'a', 'b'].map((id) => keyOf(door(id))));
  expect(ids()).toBe('cab');
  arrange(['a', 'b', 'c'].map((id) => keyOf(door(id))));
  setDone(keyOf(door('a')), true);
  expect(open.value.map(({ id }) => id)).toEqual(['b', 'c']);
  setDone(keyOf(door('a')), false);
  setBy(keyOf(door('c')), '18:30');
  remove(keyOf(door('b')));
  expect(stops.value.map(({ id, by }) => [id, by])).toEqual([
    ['a', null],
    ['c', '18:30'],
  ]);
  for (let i = 0; i < MOST_STOPS; i++) add(door(`n${i}`), '');
  expect(stops.value).toHaveLength(MOST_STOPS);
  expect(add(door('one more'), '')).toBe(false);
});

test('a second order for a door keeps its latest time, unless the first was delivered', () => {
  const { stops, add, setBy, setDone, isOpen } = makeStops(shelf());
  const key = keyOf(door('a'));
  add(door('a'), '3号楼');
  setBy(key, '18:30');
  add(door('b'), '5号楼');
  add(door('a'), '3号楼');
  expect(stops.value.map(({ id, by, isDone }) => [id, by, isDone])).toEqual([
    ['b', null, false],
    ['a', '18:30', false],
  ]);
  setDone(key, true);
  expect(isOpen(door('a'))).toBe(false);
  add(door('a'), '3号楼');
  expect(stops.value.at(-1)).toMatchObject({ id: 'a', by: null, isDone: false });
  expect(isOpen(door('a'))).toBe(true);
});

test('orders survive a reload for twelve hours, and damaged stored data is ignored', () => {
  const storage = shelf();
  let now = 0;
  makeStops(storage, () => now).add(door('a'), '温泉花园3号楼');
  now = 11 * 3_600_000;
  expect(makeStops(storage, () => now).stops.value).toMatchObject([{ id: 'a', name: '温泉花园3号楼' }]);
  now = 12 * 3_600_000;
  expect(makeStops(storage, () => now).stops.value).toEqual([]);
  now = 0;
  makeStops(storage, () => now).clear();
  expect(storage.kept.size).toBe(0);
  storage.setItem('onemap.rider.stops', '{"at":0,"stops":[1,null,{"id":1}]}');
  expect(makeStops(storage, () => now).stops.value).toEqual([]);
  expect(makeStops(null).stops.value).toEqual([]);
});

test('a latest time is today, or tomorrow if it passed more than an hour ago', () => {
  const evening = Date.parse('2026-11-29T23:30:00+08:00');
  expect(Date.parse(nextMoment('23:45', evening))).toBe(Date.parse('2026-11-29T23:45:00+08:00'));
  expect(Date.parse(nextMoment('00:15', evening))).toBe(Date.parse('2026-11-30T00:15:00+08:00'));
  // A time that has just passed stays today, so that the plan shows that it cannot be kept.
  expect(Date.parse(nextMoment('23:00', evening))).toBe(Date.parse('2026-11-29T23:00:00+08:00'));
});
