// Today's state for the home page: the figures that everybody may see, and the work of the signed-in person.
import { shallowRef, type Ref, type ShallowRef } from 'vue';
import { answered, http } from '@/core/api/client';
import type { components } from '@/core/api/schema';
import type { Session } from '@/core/api/types';
import { isMine, isOfficer, isOverdue, type Me } from '@/core/ledger/case';
import { cases } from '@/core/ledger/client';
import type { Case } from '@/core/ledger/types';
import { usePoll } from '@/core/live/usePoll';

export type Summary = components['schemas']['Summary'];

/** The cases that wait for the person, and the overdue ones among those the person is responsible for. */
export interface Work {
  mine: number;
  overdue: number;
}

/** The time between two requests, in milliseconds. */
const EVERY = 60_000;

const meOf = ({ role, roles, account, unit, communities }: Session): Me => ({
  role,
  roles,
  account: account ?? undefined,
  unit: unit ?? undefined,
  communities,
});

/** Whether the person handles cases. Riders, planners and map stewards do not. */
export const handlesCases = ({ roles }: Pick<Session, 'roles'>): boolean =>
  roles.some((role) => role === 'officer' || role === 'admin' || role === 'grid_worker' || role === 'unit');

/** Counts the work of a person among the open cases. */
export function workOf(open: readonly Case[], me: Me, now: number): Work {
  const { unit, communities } = me;
  const isOwn = ({ properties: p }: Case): boolean =>
    unit !== undefined && !isOfficer(me)
      ? p.unit === unit
      : communities.length === 0 || (p.community !== undefined && communities.includes(p.community));
  return {
    mine: open.filter((c) => isMine(c, me)).length,
    overdue: open.filter((c) => isOwn(c) && isOverdue(c, now)).length,
  };
}

export function useToday(session: Ref<Session | null>): {
  summary: ShallowRef<Summary | null>;
  work: ShallowRef<Work | null>;
  error: ShallowRef<unknown>;
  ask: () => Promise<void>;
} {
  const summary = shallowRef<Summary | null>(null);
  const work = shallowRef<Work | null>(null);
  const poll = usePoll({
    async ask(signal) {
      const person = session.value;
      const community = person?.communities.join() ?? '';
      const [figures, open] = await Promise.all([
        answered(
          http.GET('/api/warnings/summary', {
            params: { query: { days: 1, ...(community && { community }) } },
            signal,
          }),
        ),
        person && handlesCases(person) ? cases({ open: 'true' }, Number.POSITIVE_INFINITY, signal) : null,
      ]);
      summary.value = figures;
      work.value = person && open ? workOf(open, meOf(person), Date.now()) : null;
    },
    every: () => EVERY,
  });
  return { summary, work, error: poll.error, ask: poll.ask };
}
