// Which grids were walked on a day, by community. Pure functions.
import type { components } from '@/core/api/schema';

export type WalkedGrid = components['schemas']['WalkedGrid'];

/** A grid or community of the map. */
export interface Cell {
  id: string;
  name: string;
  kind: string;
  code: string | undefined;
  parent: string | undefined;
}

export interface GridRow {
  id: string;
  name: string;
  hours: number[];
  /** Who walked it; empty if the account may not see names. */
  by: { account: string; hours: number[] }[];
}

export interface CommunityRows {
  id: string;
  /** Empty for grids in no community. */
  name: string;
  rows: GridRow[];
  walked: number;
}

export type Shown = 'all' | 'missed' | 'walked';

const byName = (a: { name: string }, b: { name: string }): number =>
  a.name.localeCompare(b.name, 'zh', { numeric: true });

/**
 * The grids of the communities, with who walked them.
 *
 * @param bound the communities to which the account is restricted; empty for none
 */
export function roundsOf(
  cells: readonly Cell[],
  walked: readonly WalkedGrid[],
  bound: readonly string[],
): CommunityRows[] {
  // A grid names its community by id or by code.
  const communities = new Map<string, Cell>();
  for (const cell of cells.filter((c) => c.kind === 'community')) {
    if (cell.code) communities.set(cell.code, cell);
    communities.set(cell.id, cell);
  }
  const told = new Map(walked.map((w) => [w.grid, w]));
  const all = new Map<string, CommunityRows>();
  for (const { id, name, parent } of cells.filter((c) => c.kind === 'grid')) {
    const community = parent === undefined ? undefined : communities.get(parent);
    if (bound.length > 0 && !(community && bound.includes(community.id))) continue;
    const key = community?.id ?? '';
    const group = all.get(key) ?? { id: key, name: community?.name ?? '', rows: [], walked: 0 };
    const known = told.get(id);
    group.rows.push({ id, name, hours: known?.hours ?? [], by: known?.by ?? [] });
    group.walked += known ? 1 : 0;
    all.set(key, group);
  }
  for (const group of all.values()) group.rows.sort(byName);
  return [...all.values()].toSorted((a, b) => Number(a.id === '') - Number(b.id === '') || byName(a, b));
}

/** The groups with the rows that are wanted; groups without any are left out. */
export const shownOf = (groups: readonly CommunityRows[], shown: Shown): CommunityRows[] =>
  groups
    .map((g) => ({ ...g, rows: g.rows.filter((r) => shown === 'all' || r.hours.length > 0 === (shown === 'walked')) }))
    .filter((g) => g.rows.length > 0);
