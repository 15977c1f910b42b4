// The progress of a case as a line of steps in plain words: past and future ones. Pure functions.
import type { Status } from '@/core/ledger/types';

export interface Mark {
  status: Status;
  /** The time of the step, RFC 3339; absent for future steps. */
  at?: string;
  state: 'done' | 'now' | 'to_come';
}

/** The statuses of a case without complications. */
const WAY: readonly Status[] = ['reported', 'filed', 'dispatched', 'handling', 'handled', 'verified', 'closed'];

export function lineOf(progress: readonly { status: Status; at: string }[], status: Status): Mark[] {
  const past = progress.filter((step, i) => step.status !== progress[i + 1]?.status);
  const last = past.at(-1);
  const happened = last?.status === status ? past : [...past, { status, at: undefined }];
  const marks: Mark[] = happened.map(({ status, at }, i) => ({
    status,
    ...(at ? { at } : {}),
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
