import { expect, test } from 'vitest';
import type { Case, CaseProperties } from '@/core/ledger/types';
import { handlesCases, workOf } from './useToday';

const make = (id: string, properties: Partial<CaseProperties>): Case => ({
  type: 'Feature',
  id,
  geometry: null,
  properties: { category: 'other', ...properties } as CaseProperties,
  seq: 1,
  updated_at: '',
});
const past = '2026-11-29T00:00:00Z';
const now = Date.parse('2026-11-30T00:00:00Z');
const open = [
  make('a', { status: 'reported', community: 'c1', due_at: past }),
  make('b', { status: 'dispatched', community: 'c1', unit: 'unit-022', due_at: past }),
  make('c', { status: 'handling', community: 'c2', unit: 'unit-031', due_at: past }),
  make('d', { status: 'handled', community: 'c2', unit: 'unit-022', due_at: past }),
];

test('the home page counts what waits for the person and what is overdue in their hands', () => {
  expect(workOf(open, { role: 'officer', roles: ['officer'], communities: [] }, now)).toEqual({ mine: 1, overdue: 3 });
  expect(workOf(open, { role: 'officer', roles: ['officer'], communities: ['c2'] }, now)).toEqual({
    mine: 0,
    overdue: 1,
  });
  expect(workOf(open, { role: 'unit', roles: ['unit'], unit: 'unit-022', communities: [] }, now)).toEqual({
    mine: 1,
    overdue: 1,
  });
  expect(workOf(open, { role: 'grid_worker', roles: ['grid_worker'], communities: ['c2'] }, now)).toEqual({
    mine: 1,
    overdue: 1,
  });
});

test('only people who handle cases have work to count', () => {
  expect(handlesCases({ roles: ['rider'] })).toBe(false);
  expect(handlesCases({ roles: ['planner', 'officer'] })).toBe(true);
});
