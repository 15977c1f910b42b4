import { expect, test } from 'vitest';
import type { Case, CaseProperties } from '@/core/ledger/types';
import { iconWith, newReds } from './useAlerts';

const make = (id: string, properties: Partial<CaseProperties>): Case => ({
  type: 'Feature',
  id,
  geometry: null,
  properties: { category: 'other', status: 'reported', ...properties },
  seq: 1,
  updated_at: '',
});
const yellow = make('a', { level: 'yellow' });
const red = make('a', { level: 'red' });

test('a case rings once, when it becomes red', () => {
  const ids = (before: Case | undefined, after: Case | undefined): string[] =>
    newReds([{ before, after }]).map((c) => c.id);
  expect(ids(undefined, red)).toEqual(['a']);
  expect(ids(yellow, red)).toEqual(['a']);
  expect(ids(red, make('a', { level: 'red', status: 'filed' }))).toEqual([]);
  expect(ids(red, undefined)).toEqual([]);
  for (const quiet of [{ exercise: true }, { held: true }, { status: 'closed' as const }])
    expect(ids(undefined, make('a', { level: 'red', ...quiet }))).toEqual([]);
});

test('the icon of the tab shows the number, and no more than one digit of it', () => {
  expect(decodeURIComponent(iconWith(3))).toMatch(/^data:image\/svg\+xml,<svg.*>3<\/text><\/svg>\s*$/s);
  expect(decodeURIComponent(iconWith(12))).toContain('>9+<');
});
