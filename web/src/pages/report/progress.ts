// The progress of a case as a line of steps in plain words: past and future ones. Pure functions.
import type { Case, Status } from '@/core/ledger/types';

/** A status that a case reached, and what its reporter may know about it. Times are RFC 3339. */
export type Reached = NonNullable<Case['progress']>[number];

export interface Mark extends Partial<Reached> {
  status: Status;
  state: 'done' | 'now' | 'to_come';
}

/** The statuses of a case without complications. */
const WAY: readonly Status[] = ['reported', 'filed', 'dispatched', 'handling', 'handled', 'verified', 'closed'];

/**
 * What was done: the last report of a unit that it is done, and until when that was promised. While nothing is done, the
 * unit that has the case. Null before any unit has it.
 */
export function outcomeOf(
  progress: readonly Reached[],
): (Pick<Reached, 'unit' | 'note' | 'due_at'> & { at?: string }) | null {
  const done = progress.findLastIndex((one) => one.status === 'handled');
  const sent = progress.findLastIndex((one) => one.status === 'dispatched');
  if (sent < 0 && done < 0) return null;
  const { unit, due_at } = progress[sent] ?? {};
  // A later dispatch replaces what was reported before.
  const last = done > sent ? progress[done] : undefined;
  return {
    ...(last ? { at: last.at, ...(last.note ? { note: last.note } : {}) } : {}),
    ...((last?.unit ?? unit) ? { unit: last?.unit ?? unit } : {}),
    ...(due_at ? { due_at } : {}),
  };
}

export function lineOf(progress: readonly Reached[], status: Status): Mark[] {
  const past = progress.filter((step, i) => step.status !== progress[i + 1]?.status);
  const last = past.at(-1);
  const happened: Omit<Mark, 'state'>[] = last?.status === status ? past : [...past, { status }];
  const marks = happened.map((one, i): Mark => ({
    ...one,
    state: i === happened.length - 1 ? 'now' : 'done',
  }));
  return [...marks, ...comingAfter(status).map((status): Mark => ({ status, state: 'to_come' }))];
}

function comingAfter(status: Status): readonly Status[] {
  switch (status) {
    case 'closed':
    case 'rejected':
    case 'merged':
    case 'parked':
      return [];
    // The case was returned and goes to another unit.
    case 'returned':
      return WAY.slice(2);
    default:
      return WAY.slice(WAY.indexOf(status) + 1);
  }
}
