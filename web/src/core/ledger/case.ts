// Pure functions on a case: whether it is open or overdue, and whose turn it is. `now` is an argument.
import type { Bilingual } from '@/core/i18n/lang';
import { parseLevel, rank, type Level } from '@/core/levels/levels';
import type { Case, Step } from './types';
import { stateOf } from './words';

const ENDED = new Set(['closed', 'rejected', 'merged']);

export const levelOf = (c: Pick<Case, 'properties'>): Level => parseLevel(c.properties.level);

/** Whether the case has not ended. */
export const isOpen = (c: Case): boolean => !ENDED.has(c.properties.status ?? 'reported');

/** Who has to act next. */
export type Turn = 'officer' | 'unit' | 'verifier' | 'nobody';

export function turnOf(c: Case): Turn {
  switch (c.properties.status ?? 'reported') {
    case 'reported':
    case 'filed':
    case 'returned':
    case 'verified':
      return 'officer';
    case 'dispatched':
    case 'handling':
      return 'unit';
    case 'handled':
      return 'verifier';
    default:
      return 'nobody';
  }
}

/** The signed-in account. */
export interface Me {
  /** The highest role. */
  role: string;
  /** All roles: an officer who is also a map steward has `steward` as the highest one. */
  roles: readonly string[];
  account?: string | undefined;
  unit?: string | undefined;
  /** The communities to which the account is restricted; empty for none. */
  communities: readonly string[];
}

export const hasRole = (me: Me, ...any: string[]): boolean => any.some((role) => me.roles.includes(role));

export const isOfficer = (me: Me): boolean => hasRole(me, 'officer', 'admin');

/** Whether this account has to act on the case next. */
export function isMine(c: Case, me: Me): boolean {
  const { community, unit } = c.properties;
  if (me.communities.length > 0 && (!community || !me.communities.includes(community))) return false;
  switch (turnOf(c)) {
    case 'officer':
      return isOfficer(me);
    case 'unit':
      return me.unit !== undefined && unit === me.unit;
    case 'verifier':
      return hasRole(me, 'grid_worker') && !isOfficer(me) && me.unit === undefined;
    default:
      return false;
  }
}

/** Whose turn it is and what they have to do, in one line: `值班员 · 待立案`. */
export function turnWords(c: Case, unitName: string | undefined): Bilingual {
  const state = stateOf(c.properties);
  const unit = unitName ?? c.properties.unit;
  const who = {
    officer: { zh: '值班员', en: 'Duty officer' },
    unit: { zh: unit ?? '承办单位', en: unit ?? 'Unit in charge' },
    verifier: { zh: '网格员或值班员', en: 'Grid worker or officer' },
    nobody: null,
  }[turnOf(c)];
  return who ? { zh: `${who.zh} · ${state.zh}`, en: `${who.en} · ${state.en.toLowerCase()}` } : state;
}

/** Parses a time to milliseconds; NaN if it is missing. */
export const moment = (said: string | undefined): number => (said ? Date.parse(said) : Number.NaN);

/**
 * Whether the due time has passed and somebody still has to act. Handled and verified cases are
 * never overdue, and parked cases only after `parked_until`.
 */
export function isOverdue(c: Case, now: number): boolean {
  const { status, overdue_at, due_at, parked_until } = c.properties;
  if (status === 'parked') return moment(parked_until) < now;
  if (!isOpen(c) || status === 'handled' || status === 'verified') return false;
  return overdue_at !== undefined || moment(due_at) < now;
}

/** Whether the due time of a supervised case (督办) still counts: until the work is verified or the case has ended. */
export const isSupervised = (c: Case): boolean =>
  c.properties.supervise_due_at !== undefined && c.properties.status !== 'verified' && isOpen(c);

/** Whether a supervised case is past its own due time, which does not stop while it is parked or waits. */
export const isSuperviseOverdue = (c: Case, now: number): boolean =>
  isSupervised(c) && (c.properties.supervise_overdue_at !== undefined || moment(c.properties.supervise_due_at) <= now);

/** Whether whoever must act next was urged (催办). */
export const isUrged = (c: Case): boolean => c.properties.urged_at !== undefined && isOpen(c);

const dueAt = (c: Case): number => moment(c.properties.due_at) || Number.POSITIVE_INFINITY;
const reportedAt = (c: Case): number => moment(c.properties.reported_at) || 0;

/**
 * Sorts by level, the worst first. Within a level, cases that are due earlier come first and cases
 * without a due time last; then older cases come first.
 */
export function byUrgency(a: Case, b: Case): number {
  return (
    rank[levelOf(b)] - rank[levelOf(a)] ||
    compare(dueAt(a), dueAt(b)) ||
    compare(reportedAt(a), reportedAt(b)) ||
    (a.id < b.id ? -1 : 1)
  );
}

// Subtraction would give NaN for two infinite values.
const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The reason that a person wrote for a step, otherwise the reason of the system; empty if there is
 * none.
 */
export function reasonOf(step: Step, lang: 'zh' | 'en'): string {
  const reason = step.reason ?? step.why;
  if (!reason) return '';
  return typeof reason === 'string' ? reason : (reason[lang] ?? reason.zh ?? reason.en ?? '');
}

/** The ids of a step's photos. */
export const photoIds = (photos: Step['photos']): string[] =>
  (photos ?? []).map((p) => (typeof p === 'string' ? p : p.id));
