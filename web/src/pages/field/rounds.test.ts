import { expect, test } from 'vitest';
import { dayOf, hourOf, noteWalk, rowsOf, withoutOld } from './rounds';

/** 09:20 in China. */
const now = Date.parse('2026-11-29T01:20:00Z');
const HOUR = 3_600_000;

test('an hour of a grid is kept once, without minutes', () => {
  const once = noteWalk([], 'g1', now);
  expect(once).toEqual([{ grid: 'g1', hour: '2026-11-29T01:00:00.000Z', isSent: false }]);
  expect(noteWalk(once, 'g1', now + 60_000)).toBe(once);
  expect(noteWalk(noteWalk(once, 'g1', now + HOUR), 'g2', now)).toHaveLength(3);
  expect([dayOf(Date.parse('2026-11-28T16:30:00Z')), hourOf(Date.parse('2026-11-28T16:30:00Z'))]).toEqual([
    '2026-11-29',
    0,
  ]);
});

test('hours are dropped when they are sent and the day is over, or when the server would not accept them', () => {
  const at = (days: number, isSent: boolean) => ({
    grid: 'g',
    hour: new Date(now - days * 24 * HOUR).toISOString(),
    isSent,
  });
  const list = [at(0, true), at(1, true), at(1, false), at(8, false)];
  expect(withoutOld(list, now)).toEqual([list[0], list[2]]);
});

test('grids that nobody walked today come first, then those by name', () => {
  const grids = ['第10网格', '第9网格', '第2网格'].map((name, i) => ({ id: `g${i}`, name }));
  const told = [{ grid: 'g1', hours: [8], own_hours: [] }];
  const list = noteWalk(noteWalk([], 'g0', now), 'g2', now - 24 * HOUR);
  expect(rowsOf(grids, told, list, now).map((r) => [r.name, r.hours, r.isOwn, r.isWaiting])).toEqual([
    ['第2网格', [], false, false],
    ['第9网格', [8], false, false],
    ['第10网格', [9], true, true],
  ]);
});
