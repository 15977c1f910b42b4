// For each action of the desk: its key, its fields, and which of the allowed actions comes next.
import type { Action, Case, Status } from '@/core/ledger/types';

/** The key of each action, shown on its button. */
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
  urge: 'y',
  supervise: 'g',
  block: 'l',
  note: 'b',
};

export type Field = 'unit' | 'into' | 'due' | 'until' | 'result' | 'rating' | 'closes' | 'photos' | 'note' | 'reason';

/** The fields of each form. A star marks fields that the ledger requires. */
const FIELDS: Partial<Record<Action, (Field | `${Field}*`)[]>> = {
  reject: ['reason*'],
  merge: ['into*', 'reason'],
  dispatch: ['unit*', 'reason', 'due', 'note'],
  return: ['reason*'],
  handle: ['note', 'photos'],
  verify: ['result*', 'reason*', 'note', 'photos'],
  extend: ['due*', 'reason*'],
  park: ['until*', 'reason*'],
  reopen: ['reason*'],
  rate: ['rating*', 'note'],
  urge: ['note*'],
  supervise: ['due*', 'reason*'],
  block: ['closes', 'reason'],
  note: ['note*'],
};

const BESIDE: ReadonlySet<Action> = new Set(['note', 'urge', 'supervise', 'block']);

/** Whether an action advances the case. A note and the like do not, and are possible at almost any time. */
export const movesOn = (action: Action): boolean => !BESIDE.has(action);

/** The fields of an action in their order; empty if the action needs no form. */
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

/** The action of the emphasised button: the usual next step. */
export function nextAction(c: Case): Action | null {
  return NEXT[c.properties.status ?? 'reported']?.find((a) => c.allowed?.includes(a)) ?? null;
}

/** For each action, the action that reverts it, if the ledger allows that. */
export const takesBack: Partial<Record<Action, Action>> = { reject: 'reopen', close: 'reopen', park: 'resume' };
