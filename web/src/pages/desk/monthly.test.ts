import { expect, test } from 'vitest';
import type { FigureRow, Figures } from '@/core/ledger/types';
import { changed, overview, ranking, roundsOf, sheetsOf, written } from './monthly';
import { periodOf } from './monthReport';
import { monthWords } from './words/paper';

const w = monthWords.zh;

const row = (key: string, values: Partial<FigureRow> = {}): FigureRow => ({
  key,
  name: key,
  reported: 0,
  filed: 0,
  rejected: 0,
  closed: 0,
  on_time: 0,
  on_time_share: null,
  returned: 0,
  reopened: 0,
  rated: 0,
  rating_mean: null,
  hours_to_close_median: null,
  ...values,
});

const share = (key: string, closed: number, on_time_share: number, hours = 10): FigureRow =>
  row(key, { reported: closed, closed, on_time_share, hours_to_close_median: hours });

const figures = {
  month: '2026-11',
  seq: 4711,
  by: {
    community: [
      row('', { reported: 3 }),
      share('c1', 10, 0.8),
      share('c2', 20, 0.9),
      share('c3', 30, 0.9),
      share('c4', 20, 0.9),
      share('c5', 20, 0.9, 9),
      row('c6', { reported: 2 }),
    ],
    unit: [],
    category: [share('corridor_clutter', 7, 0.5)],
  },
  total: row('total', { reported: 105, closed: 100, on_time_share: 0.88, rating_mean: 4.25 }),
  rounds: [
    { key: 'c1', name: '温泉社区', grids: 4, walked: 1, rounds: 9 },
    { key: 'c2', name: '辰庆社区', grids: 2, walked: 2, rounds: 3 },
  ],
  previous_rounds: [{ key: 'c1', name: '温泉社区', grids: 4, walked: 4, rounds: 40 }],
  previous: {
    month: '2026-10',
    by: { community: [share('c1', 4, 1), share('c2', 4, 0.5)], unit: [], category: [] },
    total: row('total', { reported: 110, closed: 90, on_time_share: 0.9 }),
  },
} as unknown as Figures;

test('a ranking goes by the on-time share, then the number closed, then the time; equals share a rank', () => {
  const list = ranking(figures, 'community');
  expect(list.map(({ row: { key }, rank, rankBefore }) => [key, rank, rankBefore])).toEqual([
    ['c3', 1, null],
    ['c5', 2, null],
    ['c2', 3, 2],
    ['c4', 3, null],
    ['c1', 5, 1],
    ['c6', null, null],
    ['', null, null],
  ]);
  expect(list.find(({ row: { key } }) => key === 'c1')?.before?.closed).toBe(4);
});

test('the overview has both months and the change, in its own unit', () => {
  const items = overview(figures, w);
  const of = (name: string) => {
    const it = items.find((i) => i.name === name);
    return it && [written(it.now, it.as), written(it.before, it.as), changed(it, w)];
  };
  expect(of('上报（件）')).toEqual(['105', '110', '−5']);
  expect(of('结案（件）')).toEqual(['100', '90', '+10']);
  expect(of('按期结案率')).toEqual(['88.0%', '90.0%', '−2.0 个百分点']);
  expect(of('平均评分')).toEqual(['4.3', '–', '–']);
  expect(of('退回（次）')).toEqual(['0', '0', '0']);
});

test('the change is the difference of the numbers that stand beside it', () => {
  const of = (now: number, before: number, as: 'share' | 'decimal') => changed({ name: '', now, before, as }, w);
  expect([written(3.93, 'decimal'), written(4.16, 'decimal'), of(3.93, 4.16, 'decimal')]).toEqual([
    '3.9',
    '4.2',
    '−0.3',
  ]);
  expect(of(0.9094, 0.9076, 'share')).toBe('+0.1 个百分点');
  expect(of(4.24, 4.16, 'decimal')).toBe('0');
});

test('each table of the file has one total, and the cases without a community are a row of their own', () => {
  const meta = [[w.meta.version, w.version('4711')]] as const;
  const sheets = sheetsOf(figures, { title: '月报', meta }, w, (by, r) => (r.key === '' ? w.none[by] : r.name));
  expect(sheets.map(({ name }) => name)).toEqual([
    '总体情况',
    '社区排名',
    '承办单位排名',
    '分类情况',
    '网格巡查',
    '统计口径',
  ]);
  const communities = sheets[1];
  const labels = communities?.rows.map((cells) => cells[2]);
  expect(labels?.slice(-3)).toEqual(['c6', '未划入社区的事件', '合计']);
  expect(labels?.filter((label) => label === '合计')).toHaveLength(1);
  expect(communities?.rows.at(-1)?.slice(3, 5)).toEqual([105, 110]);
  // The columns that are written as per cent are those of the two shares.
  expect(communities?.shares?.columns?.map((i) => communities.rows[0]?.[i])).toEqual(['按期结案率', '上月按期结案率']);
  const byCategory = sheets[3];
  expect(byCategory?.shares?.columns?.map((i) => byCategory.rows[0]?.[i])).toEqual(['按期结案率', '上月按期结案率']);
  expect(sheets[0]?.rows[sheets[0].shares?.rows?.[0] ?? 0]?.[0]).toBe('按期结案率');
  expect(sheets[5]?.rows).toContainEqual(['数据版本', '第 4711 次提交']);
  expect(sheets[5]?.rows.map(([label]) => label).slice(-3)).toEqual(['制表', '审核', '签发']);
});

test('rounds go by the share of grids that were walked, beside the month before, with one total', () => {
  const rows = roundsOf(figures, w).map(({ row, share, before }) => [row.name, row.walked, share, row.rounds, before]);
  expect(rows).toEqual([
    ['辰庆社区', 2, 1, 3, 0],
    ['温泉社区', 1, 0.25, 9, 40],
    ['合计', 3, 0.5, 12, 40],
  ]);
  expect(roundsOf({ rounds: [], previous_rounds: [] }, w)).toEqual([]);
  const sheets = sheetsOf(figures, { title: '月报', meta: [] }, w, (_, r) => r.name);
  expect(sheets[4]?.rows.map((cells) => cells[4])).toEqual(['巡查格次', 3, 9, 12]);
  expect(sheets[4]?.rows[0]?.[sheets[4].shares?.columns?.[0] ?? 0]).toBe('巡查覆盖率');
});

test('the period ends with the month, or with the time of the report', () => {
  expect(periodOf('2026-02', new Date('2026-03-05T01:00:00Z'), w, 'zh')).toBe(
    '2026年2月1日 00:00 至 2026年2月28日 24:00',
  );
  expect(periodOf('2026-11', new Date('2026-11-30T15:59:00Z'), w, 'zh')).toBe(
    '2026年11月1日 00:00 至 2026年11月30日 23:59（本月未结束）',
  );
  // Four in the morning of 1 December in China is still November in London.
  expect(periodOf('2026-11', new Date('2026-11-30T20:00:00Z'), w, 'zh')).toContain('11月30日 24:00');
});
