import { expect, test } from 'vitest';
import { byUrgency, isOpen, isOverdue, isSupervised, isSuperviseOverdue, isUrged, turnOf, turnWords } from './case';
import { CaseList } from './caseList';
import type { Case, CaseProperties } from './types';

const make = (id: string, properties: Partial<CaseProperties>, seq = 1): Case => ({
  type: 'Feature',
  id,
  geometry: { type: 'Point', coordinates: [117.13, 39.22] },
  properties: { category: 'other', status: 'reported', ...properties },
  seq,
  updated_at: '2026-11-22T06:00:00Z',
});
const now = Date.parse('2026-11-22T06:00:00Z');

test('the status of a case decides whose turn it is', () => {
  const turns = (
    ['reported', 'filed', 'dispatched', 'returned', 'handling', 'handled', 'verified', 'parked', 'closed'] as const
  ).map((status) => turnOf(make('a', { status })));
  expect(turns).toEqual(['officer', 'officer', 'unit', 'officer', 'unit', 'verifier', 'officer', 'nobody', 'nobody']);
  expect(turnWords(make('a', { status: 'handling', unit: 'unit-022' }), '城管执法中队').zh).toBe(
    '城管执法中队 · 处置中',
  );
  expect(isOpen(make('a', { status: 'merged' }))).toBe(false);
});

test('a case on which nobody has to act is not overdue', () => {
  const late = { due_at: '2026-11-22T05:00:00Z' };
  expect(isOverdue(make('a', { ...late, status: 'dispatched' }), now)).toBe(true);
  expect(isOverdue(make('a', { ...late, status: 'parked' }), now)).toBe(false);
  expect(isOverdue(make('a', { ...late, status: 'parked', parked_until: '2099-01-01T00:00:00Z' }), now)).toBe(false);
  expect(isOverdue(make('a', { ...late, status: 'parked', parked_until: '2026-11-20T00:00:00Z' }), now)).toBe(true);
  expect(isOverdue(make('a', { ...late, status: 'handled' }), now)).toBe(false);
  expect(isOverdue(make('a', { status: 'reported' }), now)).toBe(false);
});

test('the due time of a supervised case does not stop, and ends when the work is verified', () => {
  const late = { supervise_due_at: '2026-11-22T05:00:00Z', urged_at: '2026-11-22T04:00:00Z' };
  const shown = (properties: Partial<CaseProperties>): boolean[] => {
    const c = make('a', { ...late, ...properties });
    return [isSupervised(c), isSuperviseOverdue(c, now), isUrged(c)];
  };
  for (const status of ['dispatched', 'handled', 'parked'] as const)
    expect(shown({ status })).toEqual([true, true, true]);
  expect(shown({ supervise_due_at: '2026-11-23T05:00:00Z' })).toEqual([true, false, true]);
  expect(shown({ status: 'verified' })).toEqual([false, false, true]);
  expect(shown({ status: 'closed' })).toEqual([false, false, false]);
});

test('cases are sorted by level, then by due time', () => {
  const list = [
    make('green', { level: 'green', due_at: '2026-11-20T00:00:00Z' }),
    make('red-later', { level: 'red', due_at: '2026-11-24T00:00:00Z' }),
    make('red-undated', { level: 'red' }),
    make('red-sooner', { level: 'red', due_at: '2026-11-23T00:00:00Z' }),
  ];
  expect(list.toSorted(byUrgency).map((c) => c.id)).toEqual(['red-sooner', 'red-later', 'red-undated', 'green']);
});

test('an older version never replaces a newer one', () => {
  const list = new CaseList();
  list.take(make('a', { status: 'filed' }, 9));
  const commit = (seq: number, feature: Case): boolean =>
    list.apply({
      seq,
      at: '',
      changes: [{ collection: 'warnings', id: feature.id, kind: 'put', feature: feature as never }],
    });
  expect(commit(8, make('a', { status: 'reported' }, 8))).toBe(true);
  expect(list.cases.value.get('a')?.properties.status).toBe('filed');
  commit(10, make('a', { status: 'dispatched' }, 10));
  expect(list.cases.value.get('a')?.properties.status).toBe('dispatched');
  expect(list.apply({ seq: 11, at: '', reset: [{ collection: 'warnings', bbox: null }] })).toBe(false);
});
