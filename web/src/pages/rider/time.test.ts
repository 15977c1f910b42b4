import { expect, test } from 'vitest';
import { hoursOf, minutesOf } from './time';

test('travel times are rounded up to whole minutes', () => {
  expect([0, 60, 61, 423.6].map(minutesOf)).toEqual([1, 1, 2, 8]);
});

test.each([
  ['24/7', '24 小时', '24 hours'],
  ['Mo-Su 07:30-21:30', '07:30–21:30', '07:30–21:30'],
  ['Mo-Fr 06:30-09:00,16:00-19:30', '周一至周五 06:30–09:00、16:00–19:30', 'Mon-Fri 06:30–09:00, 16:00–19:30'],
  ['Mo-Fr 08:00-17:00; PH off', '周一至周五 08:00–17:00; 节假日 不开放', 'Mon-Fri 08:00–17:00; holidays closed'],
  [undefined, '', ''],
])('%j is %j', (text, zh, en) => {
  expect([hoursOf(text, 'zh'), hoursOf(text, 'en')]).toEqual([zh, en]);
});
