// The wall's figures that no single case tells: what was closed and reported today, how much of it in time, who
// is on duty, and thirty days by level. Asked again after commits, seldom enough for a busy day, and at midnight.
import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import { answered, http } from '@/core/api/client';
import { explain } from '@/core/api/explain';
import type { components } from '@/core/api/schema';
import { usePoll } from '@/core/live/usePoll';

type Schemas = components['schemas'];
export type Summary = Schemas['Summary'];
/** A day of the ledger; `open` is missing while the server is still counting it. */
export type Day = Schemas['SummaryDay'];

/** China keeps one offset all year: milliseconds from `now` to its next midnight. */
export function toMidnight(now: Date): number {
  const DAY = 86_400_000;
  return DAY - ((now.getTime() + 8 * 3_600_000) % DAY);
}

/** Not asked more often than this, however many commits come; milliseconds. */
const SELDOM = 10_000;
/** So soon after a commit, as others may follow it; milliseconds. */
const SOON = 500;
/** Asked again when nothing happens: units come on duty and go without a commit; milliseconds. */
const ANYWAY = 60_000;
/** After failures; milliseconds. */
const PAUSE = { first: 5_000, longest: 30_000 };

export interface SummaryKeeper {
  summary: ShallowRef<Summary | null>;
  /** Nothing is known yet, and nothing has failed. */
  loading: ComputedRef<boolean>;
  /** In words, while the last attempt failed; what is shown is then older than it should be. */
  failure: ComputedRef<string>;
  /** Something happened: ask again soon. */
  touch: () => void;
  /** Other communities are shown: what is known is of others, and is asked for at once. */
  anew: () => void;
}

export function useSummary(options: { communities?: () => string[]; now: () => Date }): SummaryKeeper {
  const summary = shallowRef<Summary | null>(null);
  let etag = '';
  /** The communities of which `etag` is. */
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
