// The queues of the desk: whose turn each case is, and the filters. Pure functions.
import {
  byUrgency,
  hasRole,
  isMine,
  isOfficer,
  isOpen,
  isOverdue,
  isSupervised,
  levelOf,
  moment,
  type Me,
} from '@/core/ledger/case';
import type { Case } from '@/core/ledger/types';
import type { Level } from '@/core/levels/levels';

export const QUEUES = ['mine', 'new', 'overdue', 'supervised', 'verify', 'open', 'parked', 'closed', 'held'] as const;
export type Queue = (typeof QUEUES)[number];

export { hasRole, isMine, isOfficer, type Me };

export interface Filters {
  community: string;
  category: string;
  level: Level | '';
  housing: string;
  /** Words that must all occur in the texts of a case: its number, place, note, category and others. */
  text: string;
}

export const noFilters: Readonly<Filters> = { community: '', category: '', level: '', housing: '', text: '' };

/** Whether this account may use the desk. */
export const mayEnter = (me: Me): boolean => isOfficer(me) || hasRole(me, 'grid_worker', 'unit');

export function isIn(queue: Queue, c: Case, me: Me, now: number): boolean {
  const { status, held } = c.properties;
  if (queue === 'held') return held === true && isOpen(c);
  if (queue === 'closed') return !isOpen(c);
  if (held || !isOpen(c)) return false;
  switch (queue) {
    case 'mine':
      return isMine(c, me);
    case 'new':
      return (status ?? 'reported') === 'reported';
    case 'overdue':
      return isOverdue(c, now);
    case 'supervised':
      return isSupervised(c);
    case 'verify':
      return status === 'handled';
    case 'parked':
      return status === 'parked';
    default:
      return true;
  }
}

/** @param words further texts of a case that can be searched, such as the names of its grid and unit */
export function passes(c: Case, filters: Filters, words: (c: Case) => string): boolean {
  const p = c.properties;
  if (filters.community && p.community !== filters.community) return false;
  if (filters.category && p.category !== filters.category) return false;
  if (filters.level && levelOf(c) !== filters.level) return false;
  if (filters.housing && p.housing !== filters.housing) return false;
  const text = filters.text.trim().toLowerCase();
  if (text === '') return true;
  const all =
    `${c.id} ${p.number ?? ''} ${p.place ?? ''} ${p.note ?? ''} ${p.hotline_number ?? ''} ${words(c)}`.toLowerCase();
  return text.split(/\s+/).every((word) => all.includes(word));
}

const ended = (c: Case): number => moment(c.properties.closed_at) || 0;

/** The cases of a queue in the order in which they should be handled. */
export function inOrder(queue: Queue, cases: Case[]): Case[] {
  return queue === 'closed'
    ? cases.toSorted((a, b) => ended(b) - ended(a) || (a.id < b.id ? 1 : -1))
    : cases.toSorted(byUrgency);
}

/** The number of cases in each queue. */
export function counts(cases: Iterable<Case>, me: Me, now: number): Record<Queue, number> {
  const out = Object.fromEntries(QUEUES.map((q) => [q, 0])) as Record<Queue, number>;
  for (const c of cases) for (const queue of QUEUES) if (isIn(queue, c, me, now)) out[queue] += 1;
  return out;
}
