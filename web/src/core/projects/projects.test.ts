import { expect, test } from 'vitest';
import { day } from '@/core/i18n/format';
import type { BoardProject } from './client';
import { deviceKey, givenRatings, keepRating } from './ratings';
import { byState, pageWith, projectAfter, stateShape } from './states';

const storage = (start: Record<string, string> = {}): Pick<Storage, 'getItem' | 'setItem'> => {
  const kept = new Map(Object.entries(start));
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
};
const forbidden: Pick<Storage, 'getItem' | 'setItem'> = {
  getItem: () => {
    throw new Error('no storage');
  },
  setItem: () => {
    throw new Error('no storage');
  },
};

test('a device keeps one key, long enough for the server, also without storage', () => {
  const own = storage();
  const key = deviceKey(own);
  expect(key.length).toBeGreaterThanOrEqual(32);
  expect(deviceKey(own)).toBe(key);
  expect(deviceKey(storage({ 'onemap.rating-key': 'k'.repeat(48) }))).toBe('k'.repeat(48));
  expect(deviceKey(forbidden)).toBe(deviceKey(forbidden));
});

test('the newest rating of a project is kept, and damaged ones are not read', () => {
  const own = storage();
  keepRating('p', 5, own);
  keepRating('q', 3, own);
  expect(keepRating('p', 2, own)).toEqual({ p: 2, q: 3 });
  expect(givenRatings(own)).toEqual({ p: 2, q: 3 });
  expect(givenRatings(storage({ 'onemap.ratings': '{"p":"five","q":4}' }))).toEqual({ q: 4 });
  expect([givenRatings(storage({ 'onemap.ratings': '[' })), givenRatings(forbidden)]).toEqual([{}, {}]);
});

test('states have different shapes and are summed over the kinds', () => {
  expect(new Set(Object.values(stateShape)).size).toBe(4);
  expect(
    byState([
      { kind: 'micro', planned: 1, under_way: 2, done: 3, delayed: 4 },
      { kind: 'secretary', planned: 10, under_way: 0, done: 0, delayed: 1 },
    ]),
  ).toEqual({ planned: 11, under_way: 2, done: 3, delayed: 5 });
});

test('the list is turned from project to project, and its page contains the selected one', () => {
  const list = ['a', 'b', 'c'].map((id) => ({ id }) as BoardProject);
  expect(['a', 'c', 'gone'].map((id) => projectAfter(list, id)?.id)).toEqual(['b', 'a', 'a']);
  expect(projectAfter([], '')).toBeNull();
  expect(
    [0, 1, 2, -1].map((at) =>
      pageWith(list, at, 2)
        .map(({ id }) => id)
        .join(''),
    ),
  ).toEqual(['ab', 'ab', 'c', 'ab']);
});

test('a day is named with its year only if that is not the present one', () => {
  const year = new Date().getFullYear();
  expect(day(`${year}-06-18`, 'zh')).toBe('6月18日');
  expect([day('2031-06-18', 'zh'), day('2031-06-18', 'en')]).toEqual(['2031年6月18日', '18 Jun 2031']);
});
