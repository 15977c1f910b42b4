import { expect, test } from 'vitest';
import { lineOf, outcomeOf } from './progress';
import { wishState, wishWords } from './words/wish';

const at = '2026-11-22T06:00:00Z';
const short = (...args: Parameters<typeof lineOf>): string[] => lineOf(...args).map((m) => `${m.status}:${m.state}`);

test('past steps come first, then future ones', () => {
  expect(
    short(
      [
        { status: 'reported', at },
        { status: 'filed', at },
        { status: 'dispatched', at },
      ],
      'dispatched',
    ),
  ).toEqual([
    'reported:done',
    'filed:done',
    'dispatched:now',
    'handling:to_come',
    'handled:to_come',
    'verified:to_come',
    'closed:to_come',
  ]);
});

test('a returned case is dispatched again', () => {
  expect(
    short(
      [
        { status: 'dispatched', at },
        { status: 'returned', at },
      ],
      'returned',
    ).slice(0, 3),
  ).toEqual(['dispatched:done', 'returned:now', 'dispatched:to_come']);
});

test('no steps follow the end of a case', () => {
  for (const end of ['closed', 'rejected', 'merged', 'parked'] as const)
    expect(lineOf([{ status: 'reported', at }], end).at(-1)).toEqual({ status: end, state: 'now' });
});

test('a repeated status is shown once', () => {
  expect(
    lineOf(
      [
        { status: 'handling', at: 'a' },
        { status: 'handling', at: 'b' },
      ],
      'handling',
    ).filter((m) => m.status === 'handling'),
  ).toHaveLength(1);
});

test('the outcome is what the last unit reported, with the date that was promised', () => {
  expect(outcomeOf([{ status: 'reported', at }])).toBeNull();
  const sent = { status: 'dispatched', at, unit: '物业', due_at: '2026-11-24T06:00:00Z' } as const;
  expect(outcomeOf([sent])).toEqual({ unit: '物业', due_at: sent.due_at });
  const done = { status: 'handled', at: '2026-11-23T06:00:00Z', unit: '物业', note: '已清走' } as const;
  expect(outcomeOf([sent, done])).toEqual({ unit: '物业', due_at: sent.due_at, note: '已清走', at: done.at });
  // The verification failed and another unit has it now.
  const again = { ...sent, unit: '城管', due_at: '2026-11-26T06:00:00Z' };
  expect(outcomeOf([sent, done, again])).toEqual({ unit: '城管', due_at: again.due_at });
});

test('the receipt of a wish says who took it on, and not that a problem is solved', () => {
  const said = (...args: [Parameters<typeof wishState>[1], boolean]): string | undefined =>
    wishState(wishWords.zh, ...args)?.[0];
  expect([said('dispatched', true), said('dispatched', false)]).toEqual(['已认领', '已有单位承办']);
  expect(said('closed', false)).toBe('心愿已实现');
  // The usual words fit here.
  expect(said('parked', false)).toBeUndefined();
});
