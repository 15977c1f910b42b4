import { expect, test } from 'vitest';
import { parseSummary, toMidnight } from './summary';

const answer = {
  seq: 9,
  at: '2026-11-22T06:05:00Z',
  today: '2026-11-22',
  reported_today: 7,
  closed_today: 5,
  on_time: { days: 30, closed: 120, with_due: 100, on_time: 91, share: 0.91 },
  units: { total: 12, on_duty: 9, at_work: 4, unknown_hours: 1 },
  days: [
    {
      date: '2026-11-21',
      until: '2026-11-21T16:00:00Z',
      open: { red: 2, yellow: 3, green: 1 },
      reported: 8,
      closed: 6,
    },
    {
      date: '2026-11-22',
      until: '2026-11-22T06:05:00Z',
      open: { red: 3, yellow: 3, green: 1 },
      reported: 7,
      closed: 5,
    },
  ],
};

test('the figures come as they were said', () => {
  const summary = parseSummary(answer);
  expect(summary.onTime).toEqual({ days: 30, closed: 120, withDue: 100, onTime: 91, share: 0.91 });
  expect(summary.units).toEqual({ total: 12, onDuty: 9, atWork: 4, unknownHours: 1 });
  expect(summary.days.map((d) => d.open?.red)).toEqual([2, 3]);
  expect(summary.days[0]?.until).toEqual(new Date('2026-11-21T16:00:00Z'));
});

test('nothing closed is not a share of zero', () => {
  expect(parseSummary({ ...answer, on_time: { ...answer.on_time, share: null } }).onTime.share).toBeNull();
});

test('what is missing is an error, never a nought on the wall', () => {
  const { reported_today: _, ...without } = answer;
  expect(() => parseSummary(without)).toThrow('reported_today');
  expect(() => parseSummary({ ...answer, days: [{ ...answer.days[0], until: 'soon' }] })).toThrow('until');
});

test('midnight is that of China', () => {
  expect(toMidnight(new Date('2026-11-22T15:59:00Z'))).toBe(60_000);
  expect(toMidnight(new Date('2026-11-22T16:00:00Z'))).toBe(86_400_000);
});
