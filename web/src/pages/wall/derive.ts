// What the wall shows, computed from what it knows. Pure: the same features give the same figures.
import type { Feature, GridStatus, WarningProperties } from '@/core/api/types';
import type { Bilingual } from '@/core/i18n/lang';
import { LEVELS, parseLevel, rank, type Level } from '@/core/levels/levels';
import { turns } from './words';

export type Warning = Feature<WarningProperties>;

const ENDED = new Set(['closed', 'rejected', 'merged']);

/** Whether the case still needs somebody. */
export function isOpen(warning: Warning): boolean {
  return !ENDED.has(warning.properties.status ?? '');
}

export function levelOf(warning: Warning): Level {
  return parseLevel(warning.properties.level);
}

/** When it came to its level; milliseconds, 0 where nothing says. */
export function sinceOf(warning: Warning): number {
  const said = warning.properties.since ?? warning.properties.reported_at ?? warning.updated_at;
  const at = Date.parse(said);
  return Number.isNaN(at) ? 0 : at;
}

/** Open red and yellow ones, the newest first; at the same moment the worse one leads. */
export function newest(warnings: Iterable<Warning>): Warning[] {
  return [...warnings]
    .filter((w) => isOpen(w) && rank[levelOf(w)] >= rank.yellow)
    .toSorted((a, b) => sinceOf(b) - sinceOf(a) || rank[levelOf(b)] - rank[levelOf(a)] || (a.id < b.id ? -1 : 1));
}

export interface CategoryCount {
  category: string;
  red: number;
  yellow: number;
}

/** Open red and yellow ones by category, most red first, then most. */
export function byCategory(warnings: Iterable<Warning>): CategoryCount[] {
  const counts = new Map<string, CategoryCount>();
  for (const warning of warnings) {
    const level = levelOf(warning);
    if (!isOpen(warning) || (level !== 'red' && level !== 'yellow')) continue;
    const { category } = warning.properties;
    const entry = counts.get(category) ?? { category, red: 0, yellow: 0 };
    entry[level] += 1;
    counts.set(category, entry);
  }
  return [...counts.values()].toSorted(
    (a, b) => b.red - a.red || b.yellow - a.yellow || (a.category < b.category ? -1 : 1),
  );
}

/** Grids (not communities or the street) in each level. */
export function gridCounts(statuses: Iterable<GridStatus>): Record<Level, number> {
  const counts = Object.fromEntries(LEVELS.map((level) => [level, 0])) as Record<Level, number>;
  for (const status of statuses) if (status.kind === 'grid') counts[parseLevel(status.level)] += 1;
  return counts;
}

/** Whose turn it is, with the unit's name where one is in charge. */
export function turnOf(warning: Warning, unitName: string | undefined): Bilingual {
  const unit = unitName ?? warning.properties.unit;
  const turn = turns[warning.properties.status ?? 'reported'] ?? turns['reported'];
  const fill = (text: string, nobody: string): string => text.replace('{unit}', unit ?? nobody);
  return { zh: fill(turn?.zh ?? '', '承办单位'), en: fill(turn?.en ?? '', 'Unit in charge') };
}
