import { expect, test } from 'vitest';
import type { UnitSuggestion } from '@/core/ledger/types';
import { passesOver } from './units';

const unit = (id: string, responsible: boolean): UnitSuggestion => ({
  id,
  name: id,
  score: 1,
  competent: true,
  responsible,
  serves: true,
  open_cases: 0,
  why: { zh: '', en: '' },
});

test('a reason is needed only where the list names another unit than the chosen one', () => {
  const units = [unit('committee', true), unit('second-committee', true), unit('team', false)];
  expect(units.map((u) => passesOver(units, u.id))).toEqual([false, false, true]);
  expect(passesOver(units, '')).toBe(false);
  expect(passesOver([unit('team', false)], 'team')).toBe(false);
});
