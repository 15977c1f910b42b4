import { expect, test } from 'vitest';
import type { Action, Case, Status, Step } from '@/core/ledger/types';
import { actionKeys, fieldsOf, nextAction } from './actions';
import { dayOf, fieldOf, monthOf } from './chinaTime';
import { stepText } from './stepText';
import { proposedReason, requestOf, type Draft } from './useCase';
import { words } from './words';

const draft = (typed: Partial<Draft>): Draft => ({
  unit: '',
  into: '',
  due: '',
  until: '',
  result: '',
  rating: 0,
  ebike: false,
  foot: false,
  within: 0,
  public_text: '',
  note: '',
  reason: '',
  photos: [],
  key: 'k',
  tried: false,
  touched: true,
  ...typed,
});
const at = (status: Status, allowed: Action[]): Case => ({
  type: 'Feature',
  id: 'w-1',
  geometry: null,
  properties: { category: 'other', status },
  seq: 1,
  updated_at: '',
  allowed,
});

test('a step contains only the fields of its action, with times in China’s time zone', () => {
  const typed = draft({ unit: 'unit-022', due: '2026-11-22T18:00', note: ' 尽快 ', until: '2026-12-01' });
  expect(requestOf('dispatch', typed)).toEqual({
    action: 'dispatch',
    key: 'k',
    unit: 'unit-022',
    due_at: '2026-11-22T18:00:00+08:00',
    note: '尽快',
  });
  // The reason for another unit than the responsible one is sent, if there is one.
  expect(requestOf('dispatch', { ...typed, reason: '由该单位协助' })).toMatchObject({ reason: '由该单位协助' });
  expect(requestOf('file', typed)).toEqual({ action: 'file', key: 'k' });
  // A mode that is not ticked may pass again, so the request has both modes.
  expect(requestOf('block', draft({ ebike: true, within: 8 }))).toEqual({
    action: 'block',
    key: 'k',
    ebike: true,
    foot: false,
    within_m: 8,
  });
  expect(requestOf('block', draft({ within: 5 }))).toMatchObject({ ebike: false, foot: false });
});

test('the emphasised button is the usual next action and always allowed', () => {
  expect(nextAction(at('reported', ['file', 'reject', 'merge']))).toBe('file');
  expect(nextAction(at('dispatched', ['extend', 'park']))).toBeNull();
  expect(nextAction(at('closed', ['reopen']))).toBeNull();
  expect(nextAction(at('handled', []))).toBeNull();
});

test('a wish is filed with a public text, published, and waits for a unit', () => {
  const said = draft({ public_text: ' 为一位老人更换灯管 ' });
  expect(requestOf('file', said, 'micro_wish')).toEqual({
    action: 'file',
    key: 'k',
    public_text: '为一位老人更换灯管',
  });
  expect(requestOf('file', said, 'other')).toEqual({ action: 'file', key: 'k' });
  expect(requestOf('file', draft({}), 'micro_wish')).toEqual({ action: 'file', key: 'k' });
  // An empty text takes the present one down.
  expect(requestOf('publish', draft({}), 'micro_wish')).toEqual({ action: 'publish', key: 'k', public_text: '' });
  const wish = (public_text?: string): Case => {
    const c = at('filed', ['dispatch', 'publish']);
    return { ...c, properties: { ...c.properties, category: 'micro_wish', ...(public_text ? { public_text } : {}) } };
  };
  expect([nextAction(wish()), nextAction(wish('换灯管'))]).toEqual(['publish', null]);
});

test('no two actions share a key, and none uses a key of the desk', () => {
  const keys = Object.values(actionKeys);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.filter((k) => ['j', 'k', 'n', 'z', '/', '?'].includes(k))).toEqual([]);
  expect(fieldsOf('park')).toEqual([
    { field: 'until', required: true },
    { field: 'reason', required: true },
  ]);
  expect(fieldsOf('note')).toEqual([{ field: 'note', required: true }]);
});

test('date fields show the date in China’s time zone', () => {
  const evening = new Date('2026-10-31T16:30:00Z');
  expect([fieldOf(evening), dayOf(evening), monthOf(evening)]).toEqual(['2026-11-01T00:30', '2026-11-01', '2026-11']);
});

test('the text of a step names its author and its result', () => {
  const told = stepText(
    {
      n: 3,
      action: 'dispatch',
      at: '2026-11-22T06:05:00Z',
      role: 'officer',
      account: 'li',
      to_unit: 'unit-022',
      from: 'filed',
      to: 'dispatched',
    },
    'zh',
    words.zh,
    () => '城管执法中队',
  );
  expect(told).toEqual({
    what: '派遣',
    did: '已派遣至城管执法中队',
    who: 'li',
    at: '11月22日 14:05',
    lines: ['→ 城管执法中队'],
  });
  const closed = stepText(
    {
      n: 3,
      action: 'block',
      at: '2026-11-22T06:05:00Z',
      role: 'officer',
      account: 'li',
      from: 'filed',
      to: 'filed',
      blocks: { ebike: true, foot: false, within_m: 8 },
    },
    'zh',
    words.zh,
    () => undefined,
  );
  expect(closed).toMatchObject({ what: '阻断', lines: ['8 米内：电动自行车不能通行'] });
  const level = stepText(
    {
      n: 4,
      action: 'level',
      role: 'admin',
      at: '2026-11-22T06:05:00Z',
      level: 'red',
      why: { zh: '超期', en: 'overdue' },
    },
    'en',
    words.en,
    () => undefined,
  );
  const held = stepText(
    {
      n: 1,
      action: 'report',
      role: 'officer',
      at: '2026-11-22T06:05:00Z',
      account: 'li',
      notice: { inhibited_by: 'w-7' },
    },
    'zh',
    words.zh,
    () => undefined,
  );
  expect(held.lines).toEqual(['通知未发：本网格已有红色事件 w-7']);
  expect([level.what, level.who, level.lines]).toEqual(['Level changed · Red', 'System', ['overdue']]);
});

test('reopening a case proposes the reason of a low rating', () => {
  const rated = (rating?: number, rating_reason?: string): Case => {
    const c = at('closed', ['reopen']);
    return {
      ...c,
      properties: { ...c.properties, ...(rating ? { rating } : {}), ...(rating_reason ? { rating_reason } : {}) },
    };
  };
  expect(proposedReason(rated(2, '墙角还有一堆'), 'reopen')).toBe('群众评价 2 星，反映：墙角还有一堆');
  expect(proposedReason(rated(2, '墙角还有一堆'), 'note')).toBe('');
  expect([rated(5, '很好'), rated(2), rated(), null].map((c) => proposedReason(c, 'reopen'))).toEqual(['', '', '', '']);
});

test('the distance of a verification says what it measures', () => {
  const step = {
    n: 6,
    action: 'verify',
    result: 'pass',
    role: 'grid_worker',
    at: '2026-11-22T06:00:00Z',
    distance_m: 41,
  };
  expect(stepText(step as Step, 'zh', words.zh, () => undefined).lines).toContain('核查人距事发地 41 m');
});
