import { expect, test } from 'vitest';
import { date, dateTime, distance, duration, fullDateTime, time } from './format';

const at = new Date('2026-11-22T06:05:09Z');

test('times are shown in China’s time zone', () => {
  expect(dateTime(at, 'zh')).toBe('11月22日 14:05');
  expect(dateTime(at, 'en')).toBe('22 Nov 14:05');
  expect([fullDateTime(at, 'zh'), fullDateTime(at, 'en')]).toEqual(['2026年11月22日 14:05', '22 Nov 2026 14:05']);
  expect(time(at, 'zh', true)).toBe('14:05:09');
  expect(date(new Date('2026-11-22T16:30:00Z'), 'zh')).toBe('11月23日');
  expect(time(new Date('2026-11-22T16:00:00Z'), 'zh')).toBe('00:00');
});

test('a duration is rounded down', () => {
  expect(duration(59_999, 'zh')).toBe('59 秒');
  expect(duration(7 * 60_000 + 59_000, 'zh')).toBe('7 分钟');
  expect(duration(47 * 3_600_000, 'zh')).toBe('1 天');
  expect(duration(3 * 3_600_000, 'en')).toBe('3 h');
  expect(duration(-5, 'en')).toBe('0 s');
});

test('distances from a kilometre on are shown in kilometres', () => {
  expect(distance(320)).toBe('320 m');
  expect(distance(1400)).toBe('1.4 km');
  expect(distance(12_000)).toBe('12 km');
});
