import { expect, test } from 'vitest';
import { toMidnight } from './summary';

test('midnight is in China’s time zone', () => {
  expect(toMidnight(new Date('2026-11-22T15:59:00Z'))).toBe(60_000);
  expect(toMidnight(new Date('2026-11-22T16:00:00Z'))).toBe(86_400_000);
});
