import { expect, test } from 'vitest';
import { isAlready, isPast } from './already';
import type { CaseProperties } from './types';

const at = (properties: Partial<CaseProperties>): { properties: CaseProperties } => ({
  properties: { category: 'other', ...properties },
});

test('a step that changes nothing more counts as done', () => {
  expect(isPast('start', {}, 'handling')).toBe(true);
  expect(isPast('file', {}, 'dispatched')).toBe(true);
  expect(isPast('close', {}, 'closed')).toBe(true);
  expect(isPast('start', {}, 'returned')).toBe(false);
  expect(isPast('file', {}, 'rejected')).toBe(false);
  expect(isPast('verify', { result: 'pass' }, 'verified')).toBe(false);
});

test('a step with input of its own is never dropped', () => {
  expect(isPast('handle', {}, 'handled')).toBe(true);
  expect(isPast('handle', { note: '已清理' }, 'handled')).toBe(false);
  expect(isPast('handle', { photos: [{ id: 'p' }] }, 'handled')).toBe(false);
  expect(isPast('reject', { reason: '不属于本街道' }, 'rejected')).toBe(false);
});

test('a dispatch or a merge is done only with the same unit or case', () => {
  const dispatched = at({ status: 'dispatched', unit: 'unit-022' });
  expect(isAlready('dispatch', { unit: 'unit-022' }, dispatched)).toBe(true);
  expect(isAlready('dispatch', { unit: 'unit-001' }, dispatched)).toBe(false);
  expect(isAlready('dispatch', { unit: 'unit-022', note: '尽快' }, dispatched)).toBe(false);
  const merged = at({ status: 'merged', merged_into: 'w-1' });
  expect([isAlready('merge', { into: 'w-1' }, merged), isAlready('merge', { into: 'w-2' }, merged)]).toEqual([
    true,
    false,
  ]);
});
