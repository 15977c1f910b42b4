// What the desk offers for each action: its key, what it must be told, and which of the allowed ones comes next.
import type { Action, Case, Status } from '@/core/ledger/types';

/** The key of each action; shown on its button. */
export const actionKeys: Partial<Record<Action, string>> = {
  file: 'f',
  reject: 'x',
  merge: 'm',
  dispatch: 'd',
  return: 'r',
  start: 's',
  handle: 'h',
  verify: 'v',
  close: 'c',
  extend: 'e',
  park: 'p',
  resume: 'u',
  reopen: 'o',
  rate: 't',
  note: 'b',
};

export type Field = 'unit' | 'into' | 'due' | 'until' | 'result' | 'rating' | 'photos' | 'note' | 'reason';

/** What a form asks for; a star marks what the ledger insists on. */
const FIELDS: Partial<Record<Action, (Field | `${Field}*`)[]>> = {
  reject: ['reason*'],
  merge: ['into*', 'reason'],
  dispatch: ['unit*', 'due', 'note'],
  return: ['reason*'],
  handle: ['note', 'photos'],
  verify: ['result*', 'reason*', 'note', 'photos'],
  extend: ['due*', 'reason*'],
  park: ['until*', 'reason*'],
  reopen: ['reason*'],
  rate: ['rating*', 'note'],
  note: ['note*'],
};

/** What an action says for itself: whether it moves the case on. A note may be written at any time. */
export const movesOn = (action: Action): boolean => action !== 'note';

/** The fields of an action, in the order in which they are asked; none where one key does it. */
export function fieldsOf(action: Action): { field: Field; required: boolean }[] {
  return (FIELDS[action] ?? []).map((f) => ({ field: f.replace('*', '') as Field, required: f.endsWith('*') }));
}

const NEXT: Partial<Record<Status, Action[]>> = {
  reported: ['file'],
  filed: ['dispatch'],
  returned: ['dispatch'],
  dispatched: ['start'],
  handling: ['handle'],
  handled: ['verify'],
  verified: ['close'],
  parked: ['resume'],
};

/** The one filled button: where the case goes from here if all is well. */
export function nextAction(c: Case): Action | null {
  return NEXT[c.properties.status ?? 'reported']?.find((a) => c.allowed?.includes(a)) ?? null;
}

/** Which step takes this one back, as far as the ledger lets one. */
export const takesBack: Partial<Record<Action, Action>> = { reject: 'reopen', close: 'reopen', park: 'resume' };
