import { expect, test } from 'vitest';
import type { ThemeMap } from './client';
import { sheetsOf } from './themeSheet';
import { legendOf, ranked, themeAfter, valueText } from './theme';
import { themeWords } from './words';

const map: ThemeMap = {
  seq: 7,
  at: '2026-11-22T06:05:00Z',
  theme: 'riders',
  title: { zh: '骑手友好', en: 'Rider-friendly' },
  note: { zh: '可到达的单元门占比', en: 'Share of doors' },
  unit: { zh: '%', en: '%' },
  hue: 175,
  more: 'better',
  decimals: 1,
  by: 'grid',
  period: { from: '2026-10-24', until: '2026-11-22' },
  problem: null,
  classes: [
    { from: null, to: 50, n: 1 },
    { from: 50, to: 90.5, n: 0 },
    { from: 90.5, to: null, n: 2 },
  ],
  areas: [
    { id: 'g1', value: 100, class: 2, n: 40 },
    { id: 'g2', value: null, class: null, n: 0 },
    { id: 'g3', value: 12.3, class: 0, n: 8 },
    { id: 'g4', value: 95, class: 2, n: 8 },
  ],
};

test('the legend begins with what needs attention and ends with the areas without data', () => {
  const rows = legendOf(map, 'dark', themeWords.zh);
  expect(rows.map(({ text, n }) => [text, n])).toEqual([
    ['50 以下', 1],
    ['50–90.5', 0],
    ['90.5 及以上', 2],
    ['无数据', 1],
  ]);
  expect(rows.map((row) => row.color === null)).toEqual([false, false, false, true]);
  const worse = legendOf({ ...map, more: 'worse' }, 'dark', themeWords.en);
  expect(worse.map(({ text }) => text)).toEqual(['90.5 and more', '50–90.5', 'below 50', 'No data']);
  // The same class is the strongest in both.
  expect(worse[0]?.color).toBe(rows[0]?.color);
});

test('areas are ranked by the attention that they need', () => {
  expect(ranked(map).map(({ id }) => id)).toEqual(['g3', 'g4', 'g1']);
  expect(ranked({ ...map, more: 'worse' }).map(({ id }) => id)).toEqual(['g1', 'g4', 'g3']);
});

test('values have the decimals of the theme', () => {
  expect(valueText(12.34, map)).toBe('12.3');
  expect(valueText(1234, map)).toBe('1,234');
});

test('the theme after the last is the first', () => {
  expect([
    themeAfter(['a', 'b'], 'a'),
    themeAfter(['a', 'b'], 'b'),
    themeAfter(['a', 'b'], ''),
    themeAfter([], 'a'),
  ]).toEqual(['b', 'a', 'a', '']);
});

test('the sheet has each area with its value, and says what was counted', () => {
  const about = {
    map: '果园新村街道一张图',
    name: (id: string) => `网格${id}`,
    madeAt: new Date('2026-11-22T06:10:00Z'),
  };
  const [values, notes] = sheetsOf(map, about, 'zh');
  expect(values?.rows).toEqual([
    ['网格', '编号', '骑手友好（%）', '分级', '依据数量'],
    ['网格g3', 'g3', 12.3, '50 以下', 8],
    ['网格g4', 'g4', 95, '90.5 及以上', 8],
    ['网格g1', 'g1', 100, '90.5 及以上', 40],
    ['网格g2', 'g2', null, '无数据', 0],
  ]);
  expect(notes?.rows.map(([key]) => key)).toContain('统计口径');
  expect(JSON.stringify(notes?.rows)).toContain('可到达的单元门占比');
  expect(JSON.stringify(notes?.rows)).toContain('10月24日至11月22日');
});
