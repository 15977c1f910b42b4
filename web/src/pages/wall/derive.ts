// Computes what the wall screen shows from its data. Pure functions.
import type { FeatureOf, GridStatus } from '@/core/api/types';
import type { Bilingual } from '@/core/i18n/lang';
import { isOverdue } from '@/core/ledger/case';
import { HOUSING, type Housing } from '@/core/ledger/types';
import { LEVELS, parseLevel, type Level } from '@/core/levels/levels';
import { turns } from './words';

export type Warning = FeatureOf<'warnings'>;

const ENDED = new Set(['closed', 'rejected', 'merged']);

/** Whether the case has neither ended nor is pending review as possible spam. */
export function isOpen(warning: Warning): boolean {
  return !ENDED.has(warning.properties.status ?? '') && warning.properties.held !== true;
}

/** Whether the case is a drill. Drills are shown as such and never counted. */
export const isDrill = (warning: Warning): boolean => warning.properties.exercise === true;

export function levelOf(warning: Warning): Level {
  return parseLevel(warning.properties.level);
}

export const isRed = (warning: Warning | undefined): boolean => warning !== undefined && levelOf(warning) === 'red';

/**
 * Whether the case is overdue. The server notes this in the case at the moment when it happens, so it is the same for
 * all screens.
 */
export const isLate = (warning: Warning): boolean =>
  warning.properties.overdue_at !== undefined && isOverdue(warning, Date.parse(warning.updated_at));

/**
 * Parsing a time is slow when thousands are sorted. A version of a case never changes, so the result is cached.
 */
const moments = new WeakMap<Warning, number>();

/** When the case reached its level, in milliseconds; 0 if it is unknown. */
export function sinceOf(warning: Warning): number {
  const known = moments.get(warning);
  if (known !== undefined) return known;
  const said = warning.properties.since ?? warning.properties.reported_at ?? warning.updated_at;
  const at = Date.parse(said) || 0;
  moments.set(warning, at);
  return at;
}

/** Everything that the wall screen shows about its open cases, computed in one pass. */
interface Digest {
  newest: Warning[];
  ledger: Warning[];
  shares: Shares;
  oldestRed: Warning | null;
  byLevel: Record<Level, number>;
  byCategory: CategoryCount[];
  byHousing: Record<Housing, { red: number; yellow: number }>;
}

/** How many of the open cases are of a kind, without drills. */
export interface Shares {
  all: number;
  /** Overdue cases. */
  late: number;
  /** Cases that came by the hotline 12345. */
  hotline: number;
}

/** Caches the result for a list, because several panels need it. */
const digests = new WeakMap<object, Digest>();

function digest(warnings: Iterable<Warning>): Digest {
  const known = digests.get(warnings);
  if (known && Array.isArray(warnings)) return known;
  const reds: { since: number; warning: Warning }[] = [];
  const yellows: { since: number; warning: Warning }[] = [];
  const others: { since: number; warning: Warning }[] = [];
  const late: { since: number; warning: Warning }[] = [];
  const shares: Shares = { all: 0, late: 0, hotline: 0 };
  const categories = new Map<string, CategoryCount>();
  const housing = Object.fromEntries(HOUSING.map((kind) => [kind, { red: 0, yellow: 0 }])) as Digest['byHousing'];
  const levels = Object.fromEntries(LEVELS.map((level) => [level, 0])) as Digest['byLevel'];
  for (const warning of warnings) {
    const level = levelOf(warning);
    if (!isOpen(warning)) continue;
    const counts = !isDrill(warning);
    const wasDue = isLate(warning);
    if (counts) {
      levels[level] += 1;
      shares.all += 1;
      shares.late += Number(wasDue);
      shares.hotline += Number(warning.properties.source === 'hotline');
    }
    const row = { since: sinceOf(warning), warning };
    if (wasDue && level !== 'red') late.push({ ...row, since: Date.parse(warning.properties.overdue_at ?? '') });
    if (level !== 'red' && level !== 'yellow') {
      others.push(row);
      continue;
    }
    (level === 'red' ? reds : yellows).push(row);
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
  others.sort(byAge);
  // Of overdue cases, the longest overdue one comes first.
  late.sort((a, b) => -byAge(a, b));
  const isFirst = new Set(late.map((row) => row.warning));
  const rest = [...yellows, ...others].filter((row) => !isFirst.has(row.warning));
  const found: Digest = {
    newest: [...reds, ...yellows].map((row) => row.warning),
    ledger: [...reds, ...late, ...rest].map((row) => row.warning),
    shares,
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

/** The open red and yellow cases: red before yellow, each the newest first. */
export const newest = (warnings: Iterable<Warning>): Warning[] => digest(warnings).newest;

/**
 * All open cases: red ones, the newest first; other overdue ones, the longest overdue first; then yellow and green ones,
 * each the newest first.
 */
export const ledgerOf = (warnings: Iterable<Warning>): Warning[] => digest(warnings).ledger;

/** How many open cases are overdue or came by the hotline, without drills. */
export const sharesOf = (warnings: Iterable<Warning>): Shares => digest(warnings).shares;

/** The open case that has been red for the longest time, without drills. */
export const oldestRed = (warnings: Iterable<Warning>): Warning | null => digest(warnings).oldestRed;

/** The number of open cases of each level, without drills. */
export const byLevel = (warnings: Iterable<Warning>): Record<Level, number> => digest(warnings).byLevel;

/**
 * The open red and yellow cases by kind of housing, without drills and without cases in the street.
 */
export const byHousing = (warnings: Iterable<Warning>): Record<Housing, { red: number; yellow: number }> =>
  digest(warnings).byHousing;

export interface CategoryCount {
  category: string;
  red: number;
  yellow: number;
}

/**
 * The open red and yellow cases by category, without drills: most red cases first, then most yellow
 * cases.
 */
export const byCategory = (warnings: Iterable<Warning>): CategoryCount[] => digest(warnings).byCategory;

export interface CommunityCount {
  id: string;
  name: string;
  red: number;
  yellow: number;
}

/**
 * The ranking of the communities by their open cases, without drills: most red cases first, then most yellow cases, then
 * by name. `communityOf` returns the id of a case's community.
 */
export function byCommunity(
  warnings: Iterable<Warning>,
  communities: readonly { id: string; name: string }[],
  communityOf: (warning: Warning) => string | undefined,
): CommunityCount[] {
  const rows = new Map(communities.map(({ id, name }) => [id, { id, name, red: 0, yellow: 0 }]));
  for (const warning of warnings) {
    const level = levelOf(warning);
    const row = rows.get(communityOf(warning) ?? '');
    if (row && (level === 'red' || level === 'yellow') && isOpen(warning) && !isDrill(warning)) row[level] += 1;
  }
  return [...rows.values()].toSorted(
    (a, b) => b.red - a.red || b.yellow - a.yellow || a.name.localeCompare(b.name, 'zh-CN'),
  );
}

/**
 * A unit's name without the name of the street at its beginning, which all units of the street have and which is the
 * title of the screen.
 */
export function shortUnit(name: string, street: string | undefined): string {
  return street && name.length > street.length && name.startsWith(street) ? name.slice(street.length) : name;
}

/** The number of grids (without communities and the street) in each level. */
export function gridCounts(statuses: Iterable<GridStatus>): Record<Level, number> {
  const counts = Object.fromEntries(LEVELS.map((level) => [level, 0])) as Record<Level, number>;
  for (const status of statuses) if (status.kind === 'grid') counts[parseLevel(status.level)] += 1;
  return counts;
}

/** The reason of the ledger without level and place, which are shown next to it. */
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

/** Who has to act next on a case, with the name of the unit in charge if there is one. */
export function turnOf(warning: Warning, unitName: string | undefined): Bilingual {
  const unit = unitName ?? warning.properties.unit;
  const turn = turns[warning.properties.status ?? 'reported'] ?? turns['reported'];
  const fill = (text: string, nobody: string): string => text.replace('{unit}', unit ?? nobody);
  return { zh: fill(turn?.zh ?? '', '承办单位'), en: fill(turn?.en ?? '', 'Unit in charge') };
}
