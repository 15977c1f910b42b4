// The coverage that the screen shows. It is requested while the view is shown: at once, soon after a commit that can
// change it, and when opening hours change; one request at a time.
import { computed, ref, shallowRef, watch } from 'vue';
import { ApiError } from '@/core/api/client';
import { explain } from '@/core/api/explain';
import type { CommitEvent } from '@/core/api/types';
import { usePoll } from '@/core/live/usePoll';
import { shownCoverage, standards } from '@/core/planning/client';
import { facilityPoints } from '@/core/planning/facilities';
import type { Standard } from '@/core/planning/types';
import type { Settings } from '../settings';
import {
  BEHIND,
  effectOf,
  facilitiesFor,
  minuteOf,
  MOST_BEHIND,
  standardAfter,
  standardOf,
  unknownStandard,
  untilHours,
  type ShownCoverage,
} from './coverage';

/** The delay after a commit, because others may follow, and the shortest time between two requests, in milliseconds. */
const SOON = 1_000;
const SELDOM = 10_000;
/** The pauses after failures, in milliseconds. */
const PAUSE = { first: 3_000, longest: 60_000 };

/** `building`: the server is still building its walking network. `refused`: the screen may not read coverages. */
export type CoverageState = 'loading' | 'building' | 'refused' | 'failed' | 'ready';

export type CoverageKeeper = ReturnType<typeof useCoverage>;

export function useCoverage(options: {
  /** Whether the view is chosen. */
  active: () => boolean;
  settings: () => Pick<Settings, 'standard' | 'facility'>;
  now: () => Date;
  /** Signs in, if the link of the screen has a token and the session has not begun or has ended. */
  signIn: () => Promise<void>;
}) {
  const known = shallowRef<Standard[]>([]);
  const isWithoutStandards = ref(false);
  const turn = ref(0);
  const shown = shallowRef<ShownCoverage | null>(null);
  /** The newest commit for which the network has to be built again, and how often it was waited for. */
  let needed = 0;
  let waited = 0;

  const chosen = computed(() => standardOf(known.value, options.settings().standard, turn.value));
  /** Identifies what is asked, apart from the moment. */
  const asked = computed(() => [chosen.value?.id ?? '', options.settings().facility].join());
  /** The answer, if it is the answer to what is asked now. */
  const current = computed(() => (shown.value?.standard.id === chosen.value?.id ? shown.value : null));

  async function ask(signal: AbortSignal): Promise<void> {
    if (!options.active()) return;
    if (known.value.length === 0) await options.signIn();
    const list = await standards(signal);
    if (JSON.stringify(list) !== JSON.stringify(known.value)) known.value = list;
    isWithoutStandards.value = list.length === 0;
    const standard = chosen.value;
    if (!standard?.id) {
      shown.value = null;
      return;
    }
    const facility = facilitiesFor(standard, options.settings().facility);
    const at = minuteOf(options.now());
    const [answer, points] = await Promise.all([
      shownCoverage(
        {
          standard: standard.id,
          ...(standard.facility ? {} : { facility }),
          by: 'community',
          at: at.toISOString(),
        },
        signal,
      ),
      // The view works without the symbols of facilities.
      facilityPoints(facility, signal).catch(() => []),
    ]);
    const closed = new Set(answer.facilities.closed);
    shown.value = {
      answer,
      at,
      standard: answer.standard,
      facility,
      points: points.map((point) => ({ ...point, isClosed: closed.has(point.id) })),
    };
    if (answer.network_seq >= needed) waited = 0;
  }

  const poll = usePoll({
    ask,
    every() {
      if (!options.active()) return null;
      const hours = untilHours(options.now());
      if ((shown.value?.answer.network_seq ?? needed) >= needed || waited >= MOST_BEHIND) return hours;
      waited += 1;
      return Math.min(BEHIND, hours);
    },
    soon: SOON,
    seldom: SELDOM,
    pause: PAUSE,
    async failed(error) {
      if (isRefusal(error)) await options.signIn();
    },
  });

  watch([options.active, asked], ([isActive, now], [wasActive, before]) => {
    // The first answer of the list of standards also changes `asked`; its coverage is already being requested.
    if (isActive && (!wasActive || (!before?.startsWith(',') && now !== before))) poll.anew();
  });
  if (options.active()) void poll.ask();

  return {
    known,
    isWithoutStandards,
    current,
    chosen,
    /** The standard that the address names and the server does not know; '' if there is none. */
    unknown: computed(() => unknownStandard(known.value, options.settings().standard)),
    /** The number of the shown standard from 1. */
    number: computed(() => known.value.findIndex((s) => s.id === chosen.value?.id) + 1),
    state: computed<CoverageState>(() => {
      if (current.value) return 'ready';
      const error = poll.error.value;
      if (error === null) return 'loading';
      if (isRefusal(error)) return 'refused';
      return error instanceof ApiError && error.status === 503 ? 'building' : 'failed';
    }),
    /** The error text while the last request has failed. */
    failure: computed(() => (poll.error.value === null ? '' : explain(poll.error.value))),
    busy: poll.asking,
    /** The standard after the shown one. */
    after: () => standardAfter(known.value, chosen.value?.id)?.id ?? '',
    /** Shows the next standard, if the settings name none. */
    advance: () => (turn.value += 1),
    /** Called for each commit. */
    apply(commit: CommitEvent) {
      const { counts, network } = effectOf(commit);
      if (network) [needed, waited] = [commit.seq, 0];
      if (counts && options.active()) poll.touch();
    },
    /** Called when everything was loaded again, and commits may have been missed. */
    touch() {
      if (options.active()) poll.touch();
    },
  };
}

const isRefusal = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 401 || error.status === 403);
