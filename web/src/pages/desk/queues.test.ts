import { expect, test } from 'vitest';
import type { Case, CaseProperties } from '@/core/ledger/types';
import { counts, inOrder, isMine, isOfficer, mayEnter, noFilters, passes, type Me } from './queues';

const now = Date.parse('2026-11-22T06:00:00Z');
const make = (id: string, properties: Partial<CaseProperties>): Case => ({
  type: 'Feature',
  id,
  geometry: null,
  properties: { category: 'other', status: 'reported', community: '120113001020', ...properties },
  seq: 1,
  updated_at: '2026-11-22T06:00:00Z',
});
const officer: Me = { role: 'officer', roles: ['officer'], account: 'li', communities: [] };

test('a case is mine if it is my turn', () => {
  expect(isMine(make('a', { status: 'reported' }), officer)).toBe(true);
  expect(isMine(make('a', { status: 'handling', unit: 'unit-022' }), officer)).toBe(false);
  expect(
    isMine(make('a', { status: 'handling', unit: 'unit-022' }), {
      role: 'unit',
      roles: ['unit'],
      unit: 'unit-022',
      communities: [],
    }),
  ).toBe(true);
  expect(
    isMine(make('a', { status: 'handled' }), { role: 'grid_worker', roles: ['grid_worker'], communities: [] }),
  ).toBe(true);
  expect(isMine(make('a', {}), { ...officer, communities: ['120113001009'] })).toBe(false);
});

test('an officer with other roles is an officer, and riders and planners may not use the desk', () => {
  const as = (...roles: string[]): Me => ({ role: roles.at(-1) ?? 'public', roles, communities: [] });
  expect(isOfficer(as('officer', 'steward'))).toBe(true);
  expect([mayEnter(as('officer', 'planner')), mayEnter(as('unit')), mayEnter(as('grid_worker'))]).toEqual([
    true,
    true,
    true,
  ]);
  expect([mayEnter(as('rider')), mayEnter(as('planner')), mayEnter(as('public'))]).toEqual([false, false, false]);
});

test('cases pending review are only in their own queue', () => {
  const n = counts(
    [
      make('a', {}),
      make('b', { held: true }),
      make('c', { status: 'closed' }),
      make('d', { status: 'dispatched', due_at: '2026-11-22T05:00:00Z', supervise_due_at: '2026-11-22T05:00:00Z' }),
      // The work on it has been verified, so nobody has to be watched any more.
      make('e', { status: 'verified', supervise_due_at: '2026-11-22T05:00:00Z' }),
    ],
    officer,
    now,
  );
  expect(n).toEqual({
    mine: 2,
    new: 1,
    overdue: 1,
    supervised: 1,
    verify: 0,
    open: 3,
    parked: 0,
    closed: 1,
    held: 1,
  });
});

test('filters combine, and all words must match', () => {
  const c = make('w-1', { place: '温泉花园3号楼', note: '电动车堵门', level: 'red', housing: 'commodity' });
  const words = (): string => '楼道堆物';
  expect(passes(c, { ...noFilters, text: '温泉 堆物' }, words)).toBe(true);
  expect(passes(c, { ...noFilters, text: '温泉 占道' }, words)).toBe(false);
  expect(passes(c, { ...noFilters, level: 'yellow' }, words)).toBe(false);
  expect(passes(c, { ...noFilters, housing: 'commodity', community: '120113001020' }, words)).toBe(true);
});

test('ended cases are sorted by their end, the latest first', () => {
  const list = [
    make('old', { status: 'closed', closed_at: '2026-11-01T00:00:00Z' }),
    make('new', { status: 'rejected', closed_at: '2026-11-21T00:00:00Z' }),
  ];
  expect(inOrder('closed', list).map((c) => c.id)).toEqual(['new', 'old']);
});
