// What the wall shows, computed from what it knows. Pure: the same features give the same figures.
import type { FeatureOf, GridStatus } from '@/core/api/types';
import type { Bilingual } from '@/core/i18n/lang';
import { HOUSING, type Housing } from '@/core/ledger/types';
import { LEVELS, parseLevel, type Level } from '@/core/levels/levels';
import { turns } from './words';

export type Warning = FeatureOf<'warnings'>;

const ENDED = new Set(['closed', 'rejected', 'merged']);

/** Whether the case still needs somebody. What is held back as likely spam counts nowhere. */
export function isOpen(warning: Warning): boolean {
  return !ENDED.has(warning.properties.status ?? '') && warning.properties.held !== true;
}

/** A drill is shown, as one, and never counted. */
export const isDrill = (warning: Warning): boolean => warning.properties.exercise === true;

export function levelOf(warning: Warning): Level {
  return parseLevel(warning.properties.level);
}

export const isRed = (warning: Warning | undefined): boolean => warning !== undefined && levelOf(warning) === 'red';

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

/** All that the wall says of its open cases, found in one walk over them. */
interface Digest {
  newest: Warning[];
  oldestRed: Warning | null;
  byLevel: Record<Level, number>;
  byCategory: CategoryCount[];
  byHousing: Record<Housing, { red: number; yellow: number }>;
}

/** Several panels ask about the same list; they are answered from one walk over it. */
const digests = new WeakMap<object, Digest>();

function digest(warnings: Iterable<Warning>): Digest {
  const known = digests.get(warnings);
  if (known && Array.isArray(warnings)) return known;
  const reds: { since: number; warning: Warning }[] = [];
  const yellows: { since: number; warning: Warning }[] = [];
  const categories = new Map<string, CategoryCount>();
  const housing = Object.fromEntries(HOUSING.map((kind) => [kind, { red: 0, yellow: 0 }])) as Digest['byHousing'];
  const levels = Object.fromEntries(LEVELS.map((level) => [level, 0])) as Digest['byLevel'];
  for (const warning of warnings) {
    const level = levelOf(warning);
    if (!isOpen(warning)) continue;
    const counts = !isDrill(warning);
    if (counts) levels[level] += 1;
    if (level !== 'red' && level !== 'yellow') continue;
    (level === 'red' ? reds : yellows).push({ since: sinceOf(warning), warning });
    if (!counts) continue;
    const { category, housing: kind } = warning.properties;
    let entry = categories.get(category);
    if (!entry) categories.set(category, (entry = { category, red: 0, yellow: 0 }));
    entry[level] += 1;
    if (kind !== undefined && kind in housing) housing[kind as Housing][level] += 1;
  }
  const byAge = (a: { since: number; warning: Warning }, b: { since: number; warning: Warning }): number =>
    b.since - a.since || (a.warning.id < b.warning.id ? -1 : 1);
  reds.sort(byAge);
  yellows.sort(byAge);
  const found: Digest = {
    newest: [...reds, ...yellows].map((row) => row.warning),
    oldestRed: reds.findLast((row) => !isDrill(row.warning))?.warning ?? null,
    byLevel: levels,
    byCategory: [...categories.values()].toSorted(
      (a, b) => b.red - a.red || b.yellow - a.yellow || (a.category < b.category ? -1 : 1),
    ),
    byHousing: housing,
  };
  if (Array.isArray(warnings)) digests.set(warnings, found);
  return found;
}

/** Open red and yellow ones: the red before the yellow, of each the newest first. */
export const newest = (warnings: Iterable<Warning>): Warning[] => digest(warnings).newest;

/** The open red that has been red for longest; a drill is none. */
export const oldestRed = (warnings: Iterable<Warning>): Warning | null => digest(warnings).oldestRed;

/** Open ones of each level. */
export const byLevel = (warnings: Iterable<Warning>): Record<Level, number> => digest(warnings).byLevel;

/** Open red and yellow ones by the kind of housing that they are in; those in the street are in none. */
export const byHousing = (warnings: Iterable<Warning>): Record<Housing, { red: number; yellow: number }> =>
  digest(warnings).byHousing;

export interface CategoryCount {
  category: string;
  red: number;
  yellow: number;
}

/** Open red and yellow ones by category, most red first, then most. */
export const byCategory = (warnings: Iterable<Warning>): CategoryCount[] => digest(warnings).byCategory;

/** Grids (not communities or the street) in each level. */
export function gridCounts(statuses: Iterable<GridStatus>): Record<Level, number> {
  const counts = Object.fromEntries(LEVELS.map((level) => [level, 0])) as Record<Level, number>;
  for (const status of statuses) if (status.kind === 'grid') counts[parseLevel(status.level)] += 1;
  return counts;
}

/** Why, beside a mark and a place that tell the level and the place already: the ledger's words without these two. */
export function whyOf(warning: Warning): Bilingual {
  const { reason, place } = warning.properties;
  let zh = (reason?.zh ?? '').replace(/^(红色|黄色|绿色)：/, '');
  let en = (reason?.en ?? '').replace(/^(red|yellow|green): /, '');
  if (place) {
    zh = zh.replace(`（${place}）`, '').replace(`（${place}，`, '（');
    en = en.replace(` at ${place}`, '');
  }
  return { zh, en: en.charAt(0).toUpperCase() + en.slice(1) };
}

/** Whose turn it is, with the unit's name where one is in charge. */
export function turnOf(warning: Warning, unitName: string | undefined): Bilingual {
  const unit = unitName ?? warning.properties.unit;
  const turn = turns[warning.properties.status ?? 'reported'] ?? turns['reported'];
  const fill = (text: string, nobody: string): string => text.replace('{unit}', unit ?? nobody);
  return { zh: fill(turn?.zh ?? '', '承办单位'), en: fill(turn?.en ?? '', 'Unit in charge') };
}
