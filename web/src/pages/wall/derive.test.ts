import { expect, test } from 'vitest';
import type { GridStatus, WarningProperties } from '@/core/api/types';
import {
  byCategory,
  byCommunity,
  byLevel,
  byHousing,
  gridCounts,
  isLate,
  isOpen,
  ledgerOf,
  newest,
  oldestRed,
  sharesOf,
  shortUnit,
  turnOf,
  whyOf,
  type Warning,
} from './derive';

const warning = (id: string, properties: Partial<WarningProperties>): Warning => ({
  type: 'Feature',
  id,
  geometry: { type: 'Point', coordinates: [117.13, 39.22] },
  properties: { category: 'other', level: 'red', status: 'filed', since: '2026-11-22T06:00:00Z', ...properties },
  seq: 1,
  updated_at: '2026-11-22T06:00:00Z',
});

test('ended cases are not open', () => {
  for (const status of ['closed', 'rejected', 'merged'] as const) expect(isOpen(warning('a', { status }))).toBe(false);
  for (const status of ['reported', 'parked', 'verified'] as const) expect(isOpen(warning('a', { status }))).toBe(true);
});

test('the list contains red before yellow cases, the newest first, and no green ones', () => {
  const list = newest([
    warning('old', { since: '2026-11-20T06:00:00Z' }),
    warning('green', { level: 'green' }),
    warning('yellow', { level: 'yellow' }),
    warning('red', {}),
    warning('done', { status: 'closed' }),
  ]);
  expect(list.map((w) => w.id)).toEqual(['red', 'old', 'yellow']);
  expect(oldestRed(list)?.id).toBe('old');
  expect(oldestRed([])).toBeNull();
});

test('the ledger has all open cases: red, then overdue, then yellow and green ones', () => {
  const late = '2026-11-21T06:00:00Z';
  const list = ledgerOf([
    warning('green', { level: 'green', source: 'hotline' }),
    warning('yellow', { level: 'yellow' }),
    warning('green, overdue', { level: 'green', overdue_at: late }),
    warning('yellow, long overdue', { level: 'yellow', overdue_at: '2026-11-20T06:00:00Z', source: 'hotline' }),
    warning('red, older, overdue', { since: '2026-11-20T06:00:00Z', overdue_at: late }),
    warning('red', {}),
    warning('done', { status: 'closed', overdue_at: late }),
    warning('drill', {
      level: 'yellow',
      since: '2026-11-01T06:00:00Z',
      exercise: true,
      overdue_at: '2026-11-22T05:00:00Z',
    }),
  ]);
  expect(list.map((w) => w.id)).toEqual([
    'red',
    'red, older, overdue',
    'yellow, long overdue',
    'green, overdue',
    'drill',
    'yellow',
    'green',
  ]);
  expect(sharesOf(list)).toEqual({ all: 6, late: 3, hotline: 2 });
});

test('a case on which nobody has to act is not overdue', () => {
  const overdue_at = '2026-11-22T05:00:00Z';
  expect(isLate(warning('a', { overdue_at }))).toBe(true);
  expect(isLate(warning('a', { overdue_at, status: 'handled' }))).toBe(false);
  expect(isLate(warning('a', { overdue_at, status: 'parked', parked_until: overdue_at }))).toBe(true);
  expect(isLate(warning('a', { due_at: overdue_at }))).toBe(false);
});

test('communities are ranked by their red and yellow cases, also those without any', () => {
  const communities = [
    { id: '1', name: '朝阳里社区' },
    { id: '2', name: '丹凤里社区' },
    { id: '3', name: '果园里社区' },
    { id: '4', name: '新华里社区' },
  ];
  const rows = byCommunity(
    [
      warning('a', { community: '2', level: 'yellow' }),
      warning('b', { community: '2', level: 'yellow' }),
      warning('c', { community: '3' }),
      warning('d', { community: '1', level: 'green' }),
      warning('e', { community: '1', exercise: true }),
      warning('f', { community: 'elsewhere' }),
      warning('g', { grid: '4-1', level: 'yellow' }),
    ],
    communities,
    (w) => w.properties.community ?? w.properties.grid?.split('-')[0],
  );
  expect(rows.map(({ id, red, yellow }) => [id, red, yellow])).toEqual([
    ['3', 1, 0],
    ['2', 0, 2],
    ['4', 0, 1],
    ['1', 0, 0],
  ]);
});

test('units of the street are named without the street', () => {
  expect(shortUnit('果园新村街道司法所', '果园新村街道')).toBe('司法所');
  expect(shortUnit('果园新村街道', '果园新村街道')).toBe('果园新村街道');
  expect(shortUnit('果园新村派出所', '果园新村街道')).toBe('果园新村派出所');
  expect(shortUnit('果园新村派出所', undefined)).toBe('果园新村派出所');
});

test('drills are shown but not counted', () => {
  const drill = warning('drill', { exercise: true, since: '2026-11-01T06:00:00Z', housing: 'old_estate' });
  const list = [drill, warning('real', {})];
  expect(newest(list).map((w) => w.id)).toEqual(['real', 'drill']);
  expect(oldestRed(list)?.id).toBe('real');
  expect(oldestRed([drill])).toBeNull();
  expect(byLevel(list).red).toBe(1);
  expect(byCategory([drill])).toEqual([]);
  expect(byHousing([drill]).old_estate.red).toBe(0);
});

test('categories are sorted by their red cases', () => {
  const rows = byCategory([
    warning('1', { category: 'damaged_facility', level: 'yellow' }),
    warning('2', { category: 'damaged_facility', level: 'yellow' }),
    warning('3', { category: 'corridor_clutter' }),
    warning('4', { category: 'corridor_clutter', level: 'green' }),
  ]);
  expect(rows).toEqual([
    { category: 'corridor_clutter', red: 1, yellow: 0 },
    { category: 'damaged_facility', red: 0, yellow: 2 },
  ]);
});

test('communities are not counted as grids', () => {
  const status = (kind: string, level: string): GridStatus => ({
    id: kind + level,
    code: '',
    kind,
    level: level as GridStatus['level'],
    since: null,
    open: { red: 0, yellow: 0, green: 0 },
  });
  expect(gridCounts([status('grid', 'red'), status('community', 'red'), status('grid', 'mauve')])).toEqual({
    red: 1,
    yellow: 0,
    green: 0,
    no_data: 1,
  });
});

test('whose turn it is follows from the status', () => {
  expect(turnOf(warning('a', { status: 'filed' }), undefined).zh).toBe('值班员 · 待派遣');
  expect(turnOf(warning('a', { status: 'handling', unit: 'unit-1' }), '综合行政执法大队').zh).toBe(
    '综合行政执法大队 · 处置中',
  );
  expect(turnOf(warning('a', { status: 'handled' }), 'x').en).toBe('Grid worker · to verify');
});

test('open cases are counted by kind of housing, without those in the street', () => {
  const counts = byHousing([
    warning('a', { housing: 'old_estate' }),
    warning('b', { housing: 'old_estate', level: 'yellow' }),
    warning('c', { housing: 'mixed_use', level: 'green' }),
    warning('d', {}),
  ]);
  expect(counts).toEqual({
    old_estate: { red: 1, yellow: 1 },
    commodity: { red: 0, yellow: 0 },
    mixed_use: { red: 0, yellow: 0 },
  });
});

test('open cases are counted by level, and unknown levels are not counted', () => {
  const list = [
    warning('1', {}),
    warning('2', { level: 'green' }),
    warning('3', { level: 'mauve' as 'red' }),
    warning('4', { status: 'closed' }),
    warning('5', { held: true }),
  ];
  expect(byLevel(list)).toEqual({ red: 1, yellow: 0, green: 1, no_data: 1 });
});

test('the reason leaves out level and place', () => {
  const of = (place: string | undefined, zh: string, en: string): object =>
    whyOf(warning('a', { place, reason: { zh, en } }));
  expect(
    of(
      '7号楼',
      '红色：30天内第3次楼道堆物上报（7号楼）；已超期8个工作小时以上',
      'red: 3rd corridor clutter report at 7号楼 within 30 days; 8 working hours overdue',
    ),
  ).toEqual({
    zh: '30天内第3次楼道堆物上报；已超期8个工作小时以上',
    en: '3rd corridor clutter report within 30 days; 8 working hours overdue',
  });
  expect(
    of('7号楼', '黄色：楼道堆物（7号楼，临近消防出口）', 'yellow: corridor clutter at 7号楼 (near a fire exit)'),
  ).toEqual({ zh: '楼道堆物（临近消防出口）', en: 'Corridor clutter (near a fire exit)' });
  expect(of(undefined, '红色：楼道堆物（7号楼）', 'red: corridor clutter at 7号楼')).toEqual({
    zh: '楼道堆物（7号楼）',
    en: 'Corridor clutter at 7号楼',
  });
  expect(whyOf(warning('a', {}))).toEqual({ zh: '', en: '' });
});
