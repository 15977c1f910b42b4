// The tasks of a worker: whose turn, in which order, and the status of each case after the queued steps are
// sent. Pure functions.
import type { Session } from '@/core/api/types';
import { blockedBy, type Entry } from '@/core/offline/uploadQueue';
import { isOverdue, isSupervised, isUrged, moment } from '@/core/ledger/case';
import type { Action, Case, Status, Step } from '@/core/ledger/types';
import { distanceTo_m } from '@/core/position/measure';
import { rank, parseLevel } from '@/core/levels/levels';
import type { Position } from 'geojson';

/** The signed-in account, from `GET /api/session`. */
export type Worker = Pick<Session, 'role' | 'unit'> & Partial<Pick<Session, 'communities'>> & { account: string };

/**
 * `handle`: this account has to handle it. `verify`: this account has to verify it. `waiting`: done, others
 * have to verify it.
 */
export type Duty = 'handle' | 'verify' | 'waiting';

const VERIFIERS = new Set(['grid_worker', 'officer', 'admin', 'planner', 'steward']);

/** Whether the account verifies cases. An account of a unit without communities only handles them. */
export const isVerifier = (me: Worker): boolean =>
  VERIFIERS.has(me.role) && (!me.unit || (me.communities ?? []).length > 0);

export function dutyOf(c: Case, me: Worker): Duty | null {
  const { status, unit, community, step } = c.properties;
  const ours = Boolean(me.unit) && unit === me.unit;
  if (status === 'dispatched' || status === 'handling') return ours ? 'handle' : null;
  if (status !== 'handled') return null;
  if (ours || (step?.action === 'handle' && step.account === me.account)) return 'waiting';
  if (!isVerifier(me)) return null;
  const bound = me.communities ?? [];
  return bound.length === 0 || (community !== undefined && bound.includes(community)) ? 'verify' : null;
}

/** The status after an unsent step. */
export function statusAfter(entry: Pick<Entry, 'action' | 'body'>): Status | null {
  switch (entry.action) {
    case 'start':
      return 'handling';
    case 'handle':
      return 'handled';
    case 'return':
      return 'returned';
    case 'verify':
      return entry.body.result === 'pass' ? 'verified' : 'dispatched';
    default:
      return null;
  }
}

/** Whether a step changes whose turn it is. A note does not. */
const moves = (entry: Pick<Entry, 'action' | 'body'>): boolean => statusAfter(entry) !== null;

/** What a step means for its case, for saying what comes next; null for steps after which the task stays. */
export function outcomeOf({
  action,
  body,
}: Pick<Entry, 'action' | 'body'>): 'handle' | 'return' | 'pass' | 'fail' | null {
  if (action === 'handle' || action === 'return') return action;
  if (action !== 'verify') return null;
  return body.result === 'pass' ? 'pass' : 'fail';
}

/** The first telephone number in a contact; empty if there is none. */
export function phoneIn(contact: string): string {
  const [found = ''] = /\+?\d[\d\s-]{5,18}\d/.exec(contact) ?? [];
  return found.replace(/[\s-]/g, '');
}

export interface Task {
  /** The case as it will be when all steps are sent. */
  case: Case;
  duty: Duty;
  /** The steps that are not sent yet. */
  waiting: Entry[];
  /** The step that the server refused. */
  refused: Entry | undefined;
  /** The distance in metres; null if it is unknown. */
  distance_m: number | null;
  overdue: boolean;
}

export interface Scene {
  cases: readonly Case[];
  entries: readonly Entry[];
  me: Worker;
  here: Position | null;
  now: number;
}

/** All tasks, unsorted. A case with a waiting or refused step stays in the list until that is settled. */
export function tasksOf({ cases, entries, me, here, now }: Scene): Task[] {
  const tasks: Task[] = [];
  for (const known of cases) {
    const own = entries.filter((e) => e.case === known.id && e.account === me.account);
    const refused = own.find((e) => e.state === 'refused');
    const waiting = own.filter((e) => e.state === 'waiting');
    // Steps after a refused step are not counted, because they may never be sent.
    const coming = waiting.filter((e) => !blockedBy(e, entries));
    const status = coming.reduce<Status | undefined>((at, e) => statusAfter(e) ?? at, known.properties.status);
    const shown: Case =
      status === known.properties.status
        ? known
        : { ...known, properties: { ...known.properties, ...(status ? { status } : {}) } };
    const duty = coming.some(moves) ? 'waiting' : (dutyOf(shown, me) ?? (refused ? 'handle' : null));
    if (!duty) continue;
    tasks.push({
      case: shown,
      duty,
      waiting,
      refused,
      distance_m: here ? distanceTo_m(here, known.geometry) : null,
      overdue: isOverdue(shown, now),
    });
  }
  return tasks;
}

/** The tasks that wait for this account, without those where it has to decide about a refused step. */
export const todoOf = (tasks: readonly Task[]): Task[] => tasks.filter((t) => t.duty !== 'waiting' && !t.refused);

export type Order = 'due' | 'near';

/**
 * Sorts tasks with a refused step first, because they need a decision, and the others by time (due
 * time, level, distance) or by distance.
 */
export function sorted(tasks: readonly Task[], order: Order): Task[] {
  const due = ({ case: c }: Task): number =>
    Math.min(
      moment(c.properties.due_at) || Number.MAX_SAFE_INTEGER,
      (isSupervised(c) && moment(c.properties.supervise_due_at)) || Number.MAX_SAFE_INTEGER,
    );
  const level = (t: Task): number => rank[parseLevel(t.case.properties.level)];
  const far = (t: Task): number => t.distance_m ?? Number.MAX_SAFE_INTEGER;
  const byTime = (a: Task, b: Task): number => due(a) - due(b) || level(b) - level(a) || far(a) - far(b);
  return tasks.toSorted(
    (a, b) =>
      Number(b.refused !== undefined) - Number(a.refused !== undefined) ||
      (order === 'near' ? far(a) - far(b) || byTime(a, b) : byTime(a, b)) ||
      (a.case.id < b.case.id ? -1 : 1),
  );
}

/**
 * The actions that are possible now, the usual next one last (it is the emphasised button). The server's list
 * is used if it is known and no step is waiting.
 */
export function stepsFor(task: Task, me: Worker, allowed: Action[] | undefined): Action[] {
  // A refused step needs a decision first.
  if (task.refused) return [];
  if (task.waiting.some(moves)) {
    // Without a network, several steps can be made one after the other.
    if (task.case.properties.unit !== me.unit) return [];
    return task.case.properties.status === 'handling' ? ['return', 'handle'] : [];
  }
  const usual: Action[] =
    task.case.properties.status === 'dispatched' && task.duty === 'handle'
      ? ['return', 'start']
      : task.case.properties.status === 'handling' && task.duty === 'handle'
        ? ['return', 'handle']
        : task.duty === 'verify'
          ? ['verify']
          : [];
  return allowed ? usual.filter((action) => allowed.includes(action)) : usual;
}

/** Whether this account may write a note now. The server's list is used if it is known. */
export const mayNote = (task: Task, allowed: Action[] | undefined): boolean =>
  !task.refused && (allowed?.includes('note') ?? true);

/** The step by which an officer last urged or supervised a case, while that still stands. */
export function standing(c: Case, steps: readonly Step[]): { urge: Step | undefined; supervise: Step | undefined } {
  const last = (action: Step['action']): Step | undefined => steps.findLast((step) => step.action === action);
  return {
    urge: isUrged(c) ? last('urge') : undefined,
    supervise: isSupervised(c) ? last('supervise') : undefined,
  };
}

/** Within this distance, a person counts as at the place, in metres. */
export const AT_PLACE_M = 50;
