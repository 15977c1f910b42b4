import { expect, test } from 'vitest';
import { lineOf } from './progress';

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
