import { expect, test } from 'vitest';
import type { Step } from '@/core/ledger/types';
import { isAlreadySo } from './alreadySo';

const step = (action: Step['action'], minute: number, over: Partial<Step> = {}): Step => ({
  n: minute + 1,
  action,
  role: 'unit',
  at: `2026-11-22T06:${String(minute).padStart(2, '0')}:00Z`,
  account: '物业',
  ...over,
});
const made_at = '2026-11-22T06:05:00Z';
const start = { action: 'start', account: '物业', body: {}, made_at } as const;

test('a second start counts as done, also if a colleague was faster or a note was added since', () => {
  expect(isAlreadySo(start, [step('dispatch', 1), step('start', 6)])).toBe(true);
  expect(isAlreadySo(start, [step('dispatch', 1), step('start', 6, { account: '同事' }), step('note', 7)])).toBe(true);
});

test('a start is refused if the case was parked, or was dispatched again after it was made', () => {
  expect(isAlreadySo(start, [step('dispatch', 1), step('start', 6), step('park', 7)])).toBe(false);
  expect(isAlreadySo(start, [step('dispatch', 1), step('dispatch', 6), step('start', 7)])).toBe(false);
  expect(isAlreadySo(start, [])).toBe(false);
});

test('a step with content counts as done only if it is from the same account and says the same', () => {
  const handle = { action: 'handle', account: '物业', body: { note: '已清走' }, made_at } as const;
  const past = (over: Partial<Step>): Step[] => [step('start', 1), step('handle', 6, over)];
  expect(isAlreadySo(handle, past({ note: '已清走（现场时间 11月22日 14:05，离线后发送）' }))).toBe(true);
  expect(isAlreadySo(handle, past({ note: '已清走', account: '同事' }))).toBe(false);
  expect(isAlreadySo(handle, past({ note: '明天再清' }))).toBe(false);
  const verify = { action: 'verify', account: '物业', body: { result: 'pass' }, made_at } as const;
  expect(isAlreadySo(verify, [step('verify', 6, { result: 'pass' })])).toBe(true);
  expect(isAlreadySo(verify, [step('verify', 6, { result: 'fail' })])).toBe(false);
});
