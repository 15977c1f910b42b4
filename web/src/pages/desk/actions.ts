// For each action of the desk: its key, its fields, and which of the allowed actions comes next.
import type { Action, Case, Status } from '@/core/ledger/types';
import { isWish } from '@/core/ledger/wish';

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
  claim: 'a',
  publish: 'w',
  note: 'b',
};

export type Field =
  'unit' | 'into' | 'due' | 'until' | 'result' | 'rating' | 'closes' | 'photos' | 'public_text' | 'note' | 'reason';

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
  publish: ['public_text'],
  note: ['note*'],
};

const BESIDE: ReadonlySet<Action> = new Set(['note', 'urge', 'supervise', 'block', 'publish']);

/** Whether an action advances the case. A note and the like do not, and are possible at almost any time. */
export const movesOn = (action: Action): boolean => !BESIDE.has(action);

/**
 * The fields of an action in their order; empty if the action needs no form. Filing a wish asks for its text on the
 * public board.
 */
export function fieldsOf(action: Action, category?: string): { field: Field; required: boolean }[] {
  const wish = action === 'file' && category !== undefined && isWish({ category });
  return (wish ? (['public_text'] as const) : (FIELDS[action] ?? [])).map((f) => ({
    field: f.replace('*', '') as Field,
    required: f.endsWith('*'),
  }));
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
  // A published wish waits for a unit that claims it. The officer may still dispatch it.
  if (isWish(c.properties) && c.properties.status === 'filed')
    return !c.properties.public_text && c.allowed?.includes('publish') ? 'publish' : null;
  return NEXT[c.properties.status ?? 'reported']?.find((a) => c.allowed?.includes(a)) ?? null;
}

/** For each action, the action that reverts it, if the ledger allows that. */
export const takesBack: Partial<Record<Action, Action>> = { reject: 'reopen', close: 'reopen', park: 'resume' };
