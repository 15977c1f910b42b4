// Whether a refused step is needless, because the case is already as the step would have made it. Two quick taps, or
// two people who take the same step, must not end in an error.
import type { Action, ActionBody, Case, Status } from './types';

/** The statuses that a case has only after the action. */
const AFTER: Partial<Record<Action, readonly Status[]>> = {
  file: ['filed', 'dispatched', 'returned', 'handling', 'handled', 'verified', 'closed'],
  reject: ['rejected'],
  merge: ['merged'],
  start: ['handling', 'handled', 'verified', 'closed'],
  handle: ['handled', 'verified', 'closed'],
  close: ['closed'],
  park: ['parked'],
};

/** What a step records beside the change of the status. */
type Said = Partial<Pick<ActionBody, 'note' | 'reason' | 'photos' | 'due_at' | 'until' | 'unit' | 'into' | 'result'>>;

/** Whether the step adds something that the case does not contain. It would be lost if the step counted as done. */
const adds = (body: Said): boolean =>
  [body.note, body.reason, body.due_at, body.until].some(Boolean) || (body.photos?.length ?? 0) > 0;

/** Whether a case with this status needs the step no more, and the step says nothing more than that. */
export function isPast(action: Action, body: Said, status: Status): boolean {
  return !adds(body) && (AFTER[action]?.includes(status) ?? false);
}

/** As `isPast`, for a caller that knows the case: a dispatch to the same unit and a merge into the same case too. */
export function isAlready(action: Action, body: Said, { properties }: Pick<Case, 'properties'>): boolean {
  const { status = 'reported', unit, merged_into } = properties;
  if (action === 'dispatch') return !adds(body) && status === 'dispatched' && unit === body.unit;
  if (action === 'merge' && merged_into !== body.into) return false;
  return isPast(action, body, status);
}
