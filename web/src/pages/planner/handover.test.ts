import { expect, test } from 'vitest';
import { isShare } from '@/core/sheet/sheet';
import { csvOf, geojsonOf, sheetsOf } from './handover';
import type { Coverage } from './types';
import type { Report } from './useReport';

const coverage = (covered: number, uncovered: object[]): Coverage =>
  ({
    demand: 100,
    covered,
    share: covered / 100,
    backup_share: 0,
    distance_m: { mean: 250.5, p95: 400, max: 612 },
    straight_line: { share: 0.9 },
    by: [{ id: 'c1', name: '温泉花园社区', people: 100, covered, share: covered / 100 }],
    uncovered,
    notes: [{ zh: '人数按每户2.62人推算。', en: 'People are counted as 2.62 per household.' }],
    standard: {
      title: { zh: '口袋公园300米', en: 'Pocket park within 300 m' },
      metres: 300,
      there_and_back: false,
      source: { zh: '出处', en: 'source' },
      verified: false,
    },
    seq: 12,
    network_seq: 11,
  }) as unknown as Coverage;

const place = { id: 'b-1', name: '=1+1', people: 60, distance_m: 500, position: [117.1, 39.2] };
const report: Report = {
  name: '增设两处, "示范"',
  author: 'zhang',
  savedBy: 'li',
  savedAt: null,
  version: 3,
  seq: 12,
  isChanged: false,
  movedOn: 0,
  before: coverage(40, [place]),
  after: coverage(90, [{ ...place, people: 10 }]),
  sites: [
    {
      name: '试点 1',
      position: [117.12, 39.21],
      edit: {
        collection: 'pocket_parks',
        id: 'plan-a',
        op: 'put',
        feature: {
          type: 'Feature',
          geometry: { type: 'Point', coordinates: [117.12, 39.21] },
          properties: { area_m2: 1000 },
        },
      },
    },
  ],
  changes: [
    {
      name: '东门',
      collection: 'entrances',
      id: 'g',
      zh: '步行禁止',
      en: 'on foot: not allowed',
      position: null,
      geometry: null,
    },
  ],
  siting: null,
  asks: { before: { standard: 'pocket_park_300', at: '2026-11-25T10:00:00+08:00' }, after: null },
  madeAt: new Date('2026-11-29T10:00:00Z'),
  madeBy: 'zhang',
};
const nameOf = ({ name }: { name: string }): string => name;

test('the tables have the figures before and after, and whether the source was verified', () => {
  const sheets = sheetsOf(report, 'zh', nameOf);
  expect(sheets.map(({ name }) => name)).toEqual([
    '概要',
    '分区',
    '点位',
    '通行与设施改动',
    '受益受损楼栋',
    '未覆盖楼栋',
    '口径',
  ]);
  const [summary, areas, , , gains] = sheets;
  expect(summary?.rows).toContainEqual(['覆盖率', 0.4, 0.9]);
  expect(summary?.rows).toContainEqual(['出处是否核实', '否', null]);
  expect(summary?.rows).toContainEqual(['数据版本（提交号）', 12, 12]);
  expect(areas?.rows[1]).toEqual(['c1', '温泉花园社区', 100, 40, 0.4, 90, 0.9, 50]);
  expect(gains?.rows[1]?.slice(0, 3)).toEqual(['b-1', '=1+1', 50]);
});

test('shares are told by their row or column, not by their value', () => {
  const siting = { problem: 'mclp', title: '', stop_reason: 'optimal', incumbent: 1, bound: 1, gap: 0, seconds: 0.5 };
  const full = { ...report, after: coverage(100, []), siting: siting as Report['siting'] };
  const [summary, areas, sites] = sheetsOf(full, 'zh', nameOf);
  const shares = (summary?.rows ?? []).filter((_, row) => summary && isShare(summary, row, 2)).map((row) => row[2]);
  // The shares are the coverage, the coverage in a straight line, the people with a second facility
  // in reach, and the gap of the solver.
  expect(shares).toEqual([1, 0.9, 0, 0]);
  expect((areas?.rows[1] ?? []).filter((_, column) => areas && isShare(areas, 1, column))).toEqual([0.4, 1]);
  expect(sites && isShare(sites, 1, 0)).toBe(false);
});

test('CSV quotes fields with commas and quotation marks, and escapes formulas', () => {
  expect(
    csvOf({
      name: '',
      rows: [
        ['增设两处, "示范"', 1.5, null],
        ['=1+1', '-2', -2],
      ],
    }),
  ).toBe('\uFEFF"增设两处, ""示范""",1.5,\r\n\'=1+1,\'-2,-2\r\n');
});

test('GeoJSON has sites, areas and uncovered buildings, and the version and moment of the data', () => {
  const area = { id: 'c1', geometry: { type: 'Polygon', coordinates: [] }, properties: {} };
  const made = geojsonOf(report, new Map([['c1', area as never]]));
  expect(made.features.map(({ id, properties }) => [id, properties?.['role']])).toEqual([
    ['plan-a', 'site'],
    ['c1', 'area'],
    ['b-1', 'uncovered'],
  ]);
  expect(made.planning).toMatchObject({
    seq: 12,
    share_before: 0.4,
    share_after: 0.9,
    at: '2026-11-25T10:00:00+08:00',
  });
});
