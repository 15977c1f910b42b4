// What the wall shows, computed from what it knows. Pure: the same features give the same figures.
import type { Feature, GridStatus, WarningProperties } from '@/core/api/types';
import type { Bilingual } from '@/core/i18n/lang';
import { LEVELS, parseLevel, rank, type Level } from '@/core/levels/levels';
import { turns } from './words';

export type Warning = Feature<WarningProperties>;

const ENDED = new Set(['closed', 'rejected', 'merged']);

/** Whether the case still needs somebody. What is held back as likely spam counts nowhere. */
export function isOpen(warning: Warning): boolean {
  return !ENDED.has(warning.properties.status ?? '') && warning.properties.held !== true;
}

export function levelOf(warning: Warning): Level {
  return parseLevel(warning.properties.level);
}

/** Reading a moment is dear where thousands are sorted; a version of a case never changes, so once is enough. */
const moments = new WeakMap<Warning, number>();

/** When it came to its level; milliseconds, 0 where nothing says. */
export function sinceOf(warning: Warning): number {
  const known = moments.get(warning);
  if (known !== undefined) return known;
  const said = warning.properties.since ?? warning.properties.reported_at ?? warning.updated_at;
  const at = Date.parse(said) || 0;
  moments.set(warning, at);
  return at;
}

/** Open red and yellow ones, the newest first; at the same moment the worse one leads. */
export function newest(warnings: Iterable<Warning>): Warning[] {
  const rows: { since: number; rank: number; warning: Warning }[] = [];
  for (const warning of warnings) {
    const urgency = rank[levelOf(warning)];
    if (urgency >= rank.yellow && isOpen(warning)) rows.push({ since: sinceOf(warning), rank: urgency, warning });
  }
  rows.sort((a, b) => b.since - a.since || b.rank - a.rank || (a.warning.id < b.warning.id ? -1 : 1));
  return rows.map((row) => row.warning);
}

/** The open red that has been red for longest. */
export function oldestRed(warnings: Iterable<Warning>): Warning | null {
  let oldest: Warning | null = null;
  for (const warning of warnings) {
    if (levelOf(warning) === 'red' && isOpen(warning) && (!oldest || sinceOf(warning) < sinceOf(oldest))) oldest = warning;
  }
  return oldest;
}

/** The kinds of housing (老旧小区, 商品房, 商住楼), in the order of every list. */
export const HOUSING = ['old_estate', 'commodity', 'mixed_use'] as const;
export type Housing = (typeof HOUSING)[number];

/** Open red and yellow ones by the kind of housing that they are in; those in the street are in none. */
export function byHousing(warnings: Iterable<Warning>): Record<Housing, { red: number; yellow: number }> {
  const counts = Object.fromEntries(HOUSING.map((kind) => [kind, { red: 0, yellow: 0 }])) as Record<Housing, { red: number; yellow: number }>;
  for (const warning of warnings) {
    const level = levelOf(warning);
    const kind = HOUSING.find((h) => h === warning.properties.housing);
    if (kind && isOpen(warning) && (level === 'red' || level === 'yellow')) counts[kind][level] += 1;
  }
  return counts;
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
