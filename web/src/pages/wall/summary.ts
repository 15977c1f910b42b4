// The wall's figures that no single case tells: what was closed and reported today, how much of it in time, who
// is on duty, and thirty days by level. Asked again after commits, seldom enough for a busy day, and at midnight.
import { under } from '@/core/api/root';
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue';

export interface Day {
  /** The day in China, YYYY-MM-DD. */
  date: string;
  /** The moment the open ones were counted: the end of a past day, for today the moment of asking. */
  until: Date;
  /** Null while the server is still counting that day. */
  open: { red: number; yellow: number; green: number } | null;
  reported: number;
  closed: number;
}

export interface Summary {
  today: string;
  reportedToday: number;
  closedToday: number;
  /** `share` is 0 to 1, null where nothing with a due time was closed. */
  onTime: { days: number; closed: number; withDue: number; onTime: number; share: number | null };
  units: { total: number; onDuty: number; atWork: number; unknownHours: number };
  /** Oldest first; the last one is today. */
  days: Day[];
}

type Json = Record<string, unknown>;

const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});

function number(from: Json, key: string): number {
  const value = from[key];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`summary: "${key}" is not a number`);
  return value;
}

function day(value: unknown): Day {
  const from = object(value);
  const until = new Date(String(from['until']));
  if (Number.isNaN(until.getTime())) throw new Error('summary: "until" is not a time');
  const open = object(from['open']);
  return {
    date: String(from['date']),
    until,
    open:
      from['open'] === null
        ? null
        : { red: number(open, 'red'), yellow: number(open, 'yellow'), green: number(open, 'green') },
    reported: number(from, 'reported'),
    closed: number(from, 'closed'),
  };
}

/** `GET /api/warnings/summary` as the wall takes it; what is not as agreed is an error and not a zero. */
export function parseSummary(value: unknown): Summary {
  const from = object(value);
  const onTime = object(from['on_time']);
  const units = object(from['units']);
  const { share } = onTime;
  return {
    today: String(from['today']),
    reportedToday: number(from, 'reported_today'),
    closedToday: number(from, 'closed_today'),
    onTime: {
      days: number(onTime, 'days'),
      closed: number(onTime, 'closed'),
      withDue: number(onTime, 'with_due'),
      onTime: number(onTime, 'on_time'),
      share: typeof share === 'number' ? share : null,
    },
    units: {
      total: number(units, 'total'),
      onDuty: number(units, 'on_duty'),
      atWork: number(units, 'at_work'),
      unknownHours: number(units, 'unknown_hours'),
    },
    days: Array.isArray(from['days']) ? from['days'].map(day) : [],
  };
}

/** China keeps one offset all year: milliseconds from `now` to its next midnight. */
export function toMidnight(now: Date): number {
  const DAY = 86_400_000;
  return DAY - ((now.getTime() + 8 * 3_600_000) % DAY);
}

/** Not asked more often than this, however many commits come; milliseconds. */
const SELDOM = 10_000;
/** Asked again when nothing happens: units come on duty and go without a commit; milliseconds. */
const ANYWAY = 60_000;
/** After a failure; milliseconds. */
const RETRY = 15_000;

export interface SummaryKeeper {
  summary: ShallowRef<Summary | null>;
  loading: Ref<boolean>;
  /** In words, while the last attempt failed; what is shown is then older than it should be. */
  failure: Ref<string>;
  /** Something happened: ask again soon. */
  touch: () => void;
  /** Other communities are shown: what is known is of others, and is asked for at once. */
  anew: () => void;
}

export function useSummary(options: { communities?: () => string[]; now: () => Date }): SummaryKeeper {
  const summary = shallowRef<Summary | null>(null);
  const loading = ref(true);
  const failure = ref('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let due = Number.POSITIVE_INFINITY;
  let asked = Number.NEGATIVE_INFINITY;
  let asking: AbortController | null = null;
  let etag = '';
  let of = '';

  function plan(milliseconds: number): void {
    const at = Date.now() + milliseconds;
    if (at >= due) return;
    due = at;
    clearTimeout(timer);
    timer = setTimeout(() => void load(), milliseconds);
  }

  async function load(): Promise<void> {
    clearTimeout(timer);
    due = Number.POSITIVE_INFINITY;
    asked = Date.now();
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    const query = new URLSearchParams({ days: '30' });
    const communities = options.communities?.() ?? [];
    if (communities.length > 0) query.set('community', communities.join(','));
    const path = `/api/warnings/summary?${query}`;
    try {
      const headers: Record<string, string> = { accept: 'application/json' };
      if (etag && of === path) headers['if-none-match'] = etag;
      const response = await fetch(under(path), { headers, signal: mine.signal, cache: 'no-store' });
      if (response.status !== 304) {
        if (!response.ok) throw new Error(`HTTP ${response.status}`);
        summary.value = parseSummary(await response.json());
        etag = response.headers.get('etag') ?? '';
        of = path;
      }
      failure.value = '';
      const counted = summary.value?.days.every((d) => d.open) ?? true;
      plan(counted ? Math.min(ANYWAY, toMidnight(options.now()) + 1500) : SELDOM);
    } catch (error) {
      if (mine.signal.aborted) return;
      failure.value = error instanceof Error ? error.message : String(error);
      plan(RETRY);
    } finally {
      if (asking === mine) loading.value = false;
    }
  }

  plan(0);
  onScopeDispose(() => {
    clearTimeout(timer);
    asking?.abort();
  });
  return {
    summary,
    loading,
    failure,
    touch: () => plan(Math.max(500, asked + SELDOM - Date.now())),
    anew() {
      summary.value = null;
      loading.value = true;
      plan(0);
    },
  };
}
