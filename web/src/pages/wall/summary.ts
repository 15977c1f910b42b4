// The summary figures of the wall screen: cases closed and reported today, the share in time, units
// on duty, and thirty days by level. They are requested again after commits, every minute, and at
// midnight.
import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import { answered, http } from '@/core/api/client';
import { explain } from '@/core/api/explain';
import type { components } from '@/core/api/schema';
import { usePoll } from '@/core/live/usePoll';

type Schemas = components['schemas'];
export type Summary = Schemas['Summary'];
/** A day of the ledger; `open` is missing while the server is still counting it. */
export type Day = Schemas['SummaryDay'];

/** Milliseconds from `now` to the next midnight in China, which has no daylight saving time. */
export function toMidnight(now: Date): number {
  const DAY = 86_400_000;
  return DAY - ((now.getTime() + 8 * 3_600_000) % DAY);
}

/** The shortest time between two requests, in milliseconds. */
const SELDOM = 10_000;
/** The delay after a commit, because others may follow, in milliseconds. */
const SOON = 500;
/** The interval of requests without commits, in milliseconds: units go on and off duty without a commit. */
const ANYWAY = 60_000;
/** The pauses after failures, in milliseconds. */
const PAUSE = { first: 5_000, longest: 30_000 };

export interface SummaryKeeper {
  summary: ShallowRef<Summary | null>;
  /** Whether nothing is loaded yet and nothing has failed. */
  loading: ComputedRef<boolean>;
  /** The error text while the last request has failed. The figures are then out of date. */
  failure: ComputedRef<string>;
  /** Requests the figures soon, because something changed. */
  touch: () => void;
  /** Requests the figures at once, because other communities are shown. */
  anew: () => void;
}

export function useSummary(options: { communities?: () => string[]; now: () => Date }): SummaryKeeper {
  const summary = shallowRef<Summary | null>(null);
  let etag = '';
  /** The communities to which `etag` belongs. */
  let of = '';

  async function ask(signal: AbortSignal): Promise<void> {
    const communities = options.communities?.() ?? [];
    const known = of === communities.join() ? etag : '';
    const asked = http.GET('/api/warnings/summary', {
      params: { query: { days: 30, ...(communities.length > 0 ? { community: communities.join() } : {}) } },
      headers: known ? { 'if-none-match': known } : {},
      cache: 'no-store',
      signal,
    });
    const { response } = await asked;
    if (response.status === 304) return;
    summary.value = await answered(asked);
    etag = response.headers.get('etag') ?? '';
    of = communities.join();
  }

  const poll = usePoll({
    ask,
    every() {
      const counted = summary.value?.days.every((d) => d.open) ?? true;
      return counted ? Math.min(ANYWAY, toMidnight(options.now()) + 1500) : SELDOM;
    },
    soon: SOON,
    seldom: SELDOM,
    pause: PAUSE,
  });
  void poll.ask();
  return {
    summary,
    loading: computed(() => summary.value === null && poll.error.value === null),
    failure: computed(() => (poll.error.value === null ? '' : explain(poll.error.value))),
    touch: poll.touch,
    anew() {
      summary.value = null;
      poll.anew();
    },
  };
}
