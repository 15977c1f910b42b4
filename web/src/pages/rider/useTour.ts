// Leads a rider from door to door: plans the open orders, follows the position to the current door, and goes on to the
// next one when an order is delivered.
import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { ApiError } from '@/core/api/client';
import { explain, wrongFieldOf } from '@/core/api/explain';
import { avoided, avoidNone } from './avoid';
import type { From } from './client';
import { atBegin, follow, hasParked, trackOf, type Progress, type Track } from './follow';
import { inherit, route, trip } from './offline/source';
import { profile } from './profile';
import { keyOf, orders, type Stop } from './stops';
import type { Leg, Passed, Trip, Visit } from './types';
import { chosenStart, type StartHandle } from './useStart';

/** Planned visits, and the keys of their orders in the sequence of the request, to which the visits refer by index. */
interface Plan {
  trip: Pick<Trip, 'features'> & { visits: PlannedVisit[] };
  keys: string[];
}

/**
 * Whether the orders are delivered in the sequence that the rider chose. Then each route is planned when the previous
 * order is delivered.
 */
export const isOwnOrder = ref(false);

/** The plan. It is kept while the page is open, so that opening the list of orders does not change it. */
const plan = shallowRef<Plan | null>(null);

/** `waiting`: no position yet. `finished`: all orders are delivered. */
export type TourPhase = 'waiting' | 'planning' | 'going' | 'finished' | 'failed';

/** What the screens show of a visit. */
type PlannedVisit = Pick<Visit, 'stop' | 'arrive_at' | 'rides' | 'first_leg' | 'gate'>;

/** An open order with its visit in the plan; null if it is not planned yet. */
export interface Planned {
  stop: Stop;
  visit: PlannedVisit | null;
}

/** Returns the open orders in the sequence in which they are delivered: first those of the plan, then the others. */
export function inOrder(open: readonly Stop[], known: Plan | null): Planned[] {
  const byKey = new Map(open.map((stop) => [keyOf(stop), stop]));
  const planned = (known?.trip.visits ?? []).flatMap((visit): Planned[] => {
    const key = known?.keys[visit.stop] ?? '';
    const stop = byKey.get(key);
    byKey.delete(key);
    return stop ? [{ stop, visit }] : [];
  });
  return [...planned, ...[...byKey.values()].map((stop) => ({ stop, visit: null }))];
}

/** The open orders in the sequence in which they are delivered. */
export const planned = computed(() => inOrder(orders.open.value, plan.value));

/** Forgets the plan, because the orders or their sequence have changed. */
export function forgetPlan(): void {
  plan.value = null;
}

/** The way to the current door. */
export interface TourWay {
  legs: Leg[];
  track: Track;
  /** The gate of the compound on the way; null if there is none. */
  gate: Passed | null;
  /** The answer that contains the way, to show how old it is. */
  answer: object;
}

export interface TourHandle {
  phase: Ref<TourPhase>;
  failure: Ref<string>;
  /** The key of the order that the server refused; null if there is none. */
  refused: Ref<string | null>;
  current: ComputedRef<Planned | null>;
  way: ShallowRef<TourWay | null>;
  progress: ShallowRef<Progress | null>;
  /** Whether the current step follows the phone's position. */
  isFollowing: ComputedRef<boolean>;
  retry: () => void;
  /** Plans again, even if there is a plan. */
  startOver: () => void;
  deliver: () => void;
}

const avoidedIds = (): string[] => avoided.value.map(({ id }) => id);

/** Plans the open orders; only the first one if the rider chose the sequence. */
async function planOf(start: From, open: readonly Stop[], signal: AbortSignal): Promise<Plan['trip']> {
  const [first] = open;
  const how = { profile: profile.value, avoid: avoidedIds() };
  if (!isOwnOrder.value || !first) return trip(start, open, how, signal);
  const found = await route(start, first, how, signal);
  const { arrive_at, gate } = found.summary;
  const plan = { features: found.features, visits: [{ stop: 0, arrive_at, rides: true, first_leg: 0, gate }] };
  inherit(plan, found);
  return plan;
}

export function useTour({ from, here }: StartHandle): TourHandle {
  const phase = ref<TourPhase>('waiting');
  const failure = ref('');
  const refused = ref<string | null>(null);
  const way = shallowRef<TourWay | null>(null);
  const progress = shallowRef<Progress | null>(null);
  const current = computed(() => {
    const [first] = planned.value;
    return first?.visit ? first : null;
  });
  let asked: AbortController | null = null;
  onScopeDispose(() => asked?.abort());

  function show(legs: Leg[], gate: Passed | null, answer: object): void {
    const track = trackOf(legs);
    way.value = { legs, track, gate, answer };
    progress.value =
      here.value && chosenStart.value === null ? follow(track, atBegin(track), here.value) : atBegin(track);
    phase.value = 'going';
  }

  function asking(): AbortSignal {
    asked?.abort();
    asked = new AbortController();
    return asked.signal;
  }

  async function replan(start: From, isShown: boolean): Promise<void> {
    const signal = asking();
    const open = isOwnOrder.value ? orders.open.value.slice(0, 1) : orders.open.value;
    if (!isShown) phase.value = 'planning';
    refused.value = null;
    try {
      plan.value = { trip: await planOf(start, open, signal), keys: open.map(keyOf) };
    } catch (error) {
      if (signal.aborted || isShown) return;
      // The server refuses a gate that was deleted meanwhile, so the list is cleared. This change starts the
      // next request.
      if (error instanceof ApiError && error.problem['field'] === 'avoid' && avoided.value.length > 0) {
        avoidNone();
        return;
      }
      failure.value = explain(error);
      const index = error instanceof ApiError ? /^stops\.(\d+)/.exec(fieldOf(error))?.[1] : undefined;
      const wrong = isOwnOrder.value ? open[0] : index === undefined ? undefined : open[Number(index)];
      refused.value = wrong ? keyOf(wrong) : null;
      phase.value = 'failed';
    }
  }

  /** Shows the way to the current door, or plans it. */
  function go(): void {
    if (orders.open.value.length === 0) {
      asked?.abort();
      way.value = null;
      phase.value = 'finished';
      return;
    }
    const { trip: known } = plan.value ?? {};
    const visit = current.value?.visit;
    if (known && visit) {
      const next = known.visits[known.visits.indexOf(visit) + 1];
      show(known.features.slice(visit.first_leg, next?.first_leg), visit.gate ?? null, known);
    } else if (from.value) void replan(from.value, false);
    else phase.value = 'waiting';
  }

  /** Whether the vehicle is parked for the current door, so that a new route there is for walking. */
  const isOnFoot = (): boolean =>
    current.value?.visit?.rides === false || hasParked(way.value?.track ?? null, progress.value);

  /**
   * Requests and shows a new way on foot to the current door.
   *
   * @param isNeeded whether the old way is of no use, so that a failure is shown.
   */
  async function walkOn(start: From, isNeeded: boolean): Promise<void> {
    const { stop } = current.value ?? {};
    if (!stop) return;
    const signal = asking();
    try {
      const found = await route(start, stop, { profile: 'foot', avoid: avoidedIds() }, signal);
      show(found.features, found.summary.gate ?? null, found);
    } catch (error) {
      if (signal.aborted) return;
      if (isNeeded) [failure.value, phase.value] = [explain(error), 'failed'];
      // The old route stays. If further fixes are off the line, they start another request.
      else if (progress.value) progress.value = { ...progress.value, off_fixes: 0, is_lost: false };
    }
  }

  /**
   * Requests a new way after the position has left the line: on foot to the door, or by vehicle
   * with a new plan.
   */
  const turnBack = (start: From): Promise<void> => (isOnFoot() ? walkOn(start, false) : replan(start, true));

  watch([() => current.value?.visit, () => orders.open.value.length], go, { immediate: true });
  /** Plans again. If there is no current visit, forgetting the plan triggers no watcher, so `go` is called here. */
  function startOver(): void {
    const hadVisit = Boolean(current.value?.visit);
    forgetPlan();
    if (!hadVisit) go();
  }

  watch([profile, chosenStart], startOver);
  // The list of avoided gates has changed: a gate turned the rider away, or the list was cleared.
  watch(avoided, () => {
    if (way.value && from.value && isOnFoot()) void walkOn(from.value, true);
    else startOver();
  });
  watch(here, (now) => {
    if (!now || chosenStart.value !== null) return;
    if (phase.value === 'waiting') go();
    if (!way.value || !progress.value || phase.value !== 'going') return;
    const was = progress.value;
    progress.value = follow(way.value.track, was, now);
    const [lon, lat] = now;
    if (progress.value.is_lost && lon !== undefined && lat !== undefined) {
      progress.value = { ...progress.value, off_fixes: 0, is_lost: false };
      void turnBack({ lon, lat });
    }
  });

  return {
    phase,
    failure,
    refused,
    current,
    way,
    progress,
    isFollowing: computed(() => here.value !== null && chosenStart.value === null),
    retry: go,
    startOver,
    deliver() {
      const { stop } = current.value ?? {};
      if (stop) orders.setDone(keyOf(stop), true);
    },
  };
}

const fieldOf = (error: ApiError): string => {
  const { field } = error.problem;
  return typeof field === 'string' ? field : wrongFieldOf(error);
};
