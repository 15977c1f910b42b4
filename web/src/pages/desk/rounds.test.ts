import { expect, test } from 'vitest';
import { roundsOf, shownOf, type Cell, type WalkedGrid } from './rounds';

const cell = (id: string, kind: string, parent?: string, code?: string): Cell => ({
  id,
  name: kind === 'grid' ? `第${id.slice(1)}网格` : id,
  kind,
  code,
  parent,
});
const cells = [
  cell('s1', 'street'),
  cell('c2', 'community'),
  cell('c1', 'community', 's1', '120113001001'),
  cell('g10', 'grid', 'c1'),
  cell('g2', 'grid', '120113001001'),
  cell('g3', 'grid', 'c2'),
  cell('g4', 'grid', 'nowhere'),
];
const walked: WalkedGrid[] = [
  { grid: 'g10', hours: [9, 11], own_hours: [], by: [{ account: '甲', hours: [9, 11] }] },
  { grid: 'gone', hours: [9], own_hours: [], by: [] },
];

test('grids are listed by community with who walked them, and those of no community last', () => {
  const groups = roundsOf(cells, walked, []);
  expect(groups.map((g) => [g.id, g.walked, g.rows.map((r) => r.id)])).toEqual([
    ['c1', 1, ['g2', 'g10']],
    ['c2', 0, ['g3']],
    ['', 0, ['g4']],
  ]);
  expect(groups[0]?.rows[1]).toEqual({
    id: 'g10',
    name: '第10网格',
    hours: [9, 11],
    by: [{ account: '甲', hours: [9, 11] }],
  });
  const ids = (shown: 'missed' | 'walked') => shownOf(groups, shown).flatMap((g) => g.rows.map((r) => r.id));
  expect([ids('missed'), ids('walked')]).toEqual([['g2', 'g3', 'g4'], ['g10']]);
});

test('an account that is bound to communities gets their grids only', () => {
  expect(roundsOf(cells, walked, ['c2']).map((g) => g.id)).toEqual(['c2']);
});
