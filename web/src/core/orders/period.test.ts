import { expect, test } from 'vitest';
import { periodOf, titleOf } from './period';

const from = '2026-11-29T06:00:00+08:00';
const until = '2026-11-29T20:00:00+08:00';

test('the text of an order in force has its end, that of an announced order its beginning', () => {
  expect(periodOf({ from, until, in_force: true }, 'zh')).toBe('正在实行，11月29日 20:00 解除');
  expect(periodOf({ from, in_force: true }, 'zh')).toBe('正在实行，解除时间另行通知');
  expect(periodOf({ from, until, in_force: false }, 'zh')).toBe('即将实行，11月29日 06:00 起，11月29日 20:00 解除');
  expect(periodOf({ from, in_force: false }, 'en')).toBe('announced, from 29 Nov 06:00');
  expect(periodOf({ from, in_force: true }, 'en')).toBe('in force, until further notice');
});

test('the title of an order names its kind', () => {
  const title = { zh: '暴雨管制', en: 'storm' };
  expect([titleOf({ title }, 'zh'), titleOf({ title }, 'en')]).toEqual(['暴雨管制', 'Day order: storm']);
});
