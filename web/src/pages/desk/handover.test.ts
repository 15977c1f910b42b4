import { describe, expect, test } from 'vitest';
import type { HandoverCase, HandoverHead } from '@/core/ledger/handovers';
import { areaOf, changeOf, listedFor, openFor, presentOf, sheetAt } from './handover';
import { handoverWords } from './words/handover';

const w = handoverWords.zh;
const listed = (id: string, more: Partial<HandoverCase> = {}): HandoverCase => ({
  id,
  category: 'corridor_clutter',
  level: 'yellow',
  status: 'dispatched',
  unit: '城管执法中队',
  due_at: '2026-11-30T12:30:00Z',
  why: ['due'],
  ...more,
});
const head = (id: string, communities: string[], taken = false): HandoverHead => ({
  id,
  communities: communities.map((c) => ({ id: c, name: `社区${c}` })),
  shift: { from: '2026-11-30T00:00:00Z', until: '2026-11-30T12:00:00Z' },
  next: { from: '2026-11-30T12:00:00Z', until: '2026-12-01T00:00:00Z' },
  given: { account: '甲', at: '2026-11-30T12:00:00Z', own: true },
  taken: taken ? { account: '乙', at: '2026-11-30T12:05:00Z', own: false } : null,
});

describe('the sheet of a handover', () => {
  test('lists the cases of one reason, or all', () => {
    const cases = [listed('a', { why: ['overdue', 'red'] }), listed('b'), listed('c', { why: ['supervised'] })];
    const ids = (reason: Parameters<typeof listedFor>[1]) => listedFor(cases, reason).map((c) => c.id);
    expect(ids('')).toEqual(['a', 'b', 'c']);
    expect([ids('red'), ids('due'), ids('supervised'), ids('overdue')]).toEqual([['a'], ['b'], ['c'], ['a']]);
  });

  test('finds the open handover of exactly the communities of an account', () => {
    const list = [head('one', ['c1']), head('two', ['c2', 'c1']), head('old', [], true), head('all', [])];
    expect(openFor(list, ['c1', 'c2'])?.id).toBe('two');
    expect(openFor(list, ['c1'])?.id).toBe('one');
    expect(openFor(list, [])?.id).toBe('all');
    expect(openFor(list.slice(0, 3), [])).toBeUndefined();
    expect(areaOf(list[1]?.communities ?? [], w)).toBe('社区c2、社区c1');
    expect(areaOf([], w)).toBe('全街道');
    expect(sheetAt('now')).toBe('/desk?handover=now');
  });

  test('says what has changed of a case since', () => {
    const then = listed('a');
    expect(changeOf(then, listed('a', { why: [] }), w, 'zh')).toBe('无变化');
    expect(changeOf(then, listed('a', { why: ['overdue'] }), w, 'zh')).toBe('已超期');
    expect(changeOf(then, listed('a', { status: 'handled', level: 'red', why: [] }), w, 'zh')).toBe(
      '待核查 · 城管执法中队；红色',
    );
    expect(changeOf(then, listed('a', { due_at: '2026-12-01T01:00:00Z', why: [] }), w, 'zh')).toBe(
      '期限 12月1日 09:00',
    );
    expect(changeOf(then, listed('a', { status: 'closed', due_at: null, level: 'green', why: [] }), w, 'zh')).toBe(
      '已结案 · 城管执法中队；正常',
    );
    expect(changeOf(then, undefined, w, 'zh')).toBe('已删除');
  });

  test('finds a case as it is now by its id', () => {
    const handover = { present: [listed('a'), listed('b')] } as Parameters<typeof presentOf>[0];
    expect(presentOf(handover).get('b')?.id).toBe('b');
    expect(presentOf(handover).get('c')).toBeUndefined();
  });
});
