// Requests a route, follows the position along it, and requests a new route when the position leaves the line.
import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { ApiError } from '@/core/api/client';
import { explain } from '@/core/api/explain';
import { avoided, avoidNone } from './avoid';
import type { From } from './client';
import { isShifted } from './datum';
import { atBegin, follow, hasParked, trackOf, type Progress, type Track } from './follow';
import { inherit, route } from './offline/source';
import { profile } from './profile';
import type { Target } from './target';
import type { Instead, LostGate, Route } from './types';
import { chosenStart, type StartHandle } from './useStart';

/**
 * `waiting`: no position yet. `asking`: the request is running. `going`: there is a route. `refused`: the destination
 * can't be reached now. `missing`: there is no such destination. `failed`: the request failed.
 */
export type WayPhase = 'waiting' | 'asking' | 'going' | 'refused' | 'missing' | 'failed';

export interface Refusal {
  why: string;
  instead: Instead | null;
  gates: LostGate[];
}

export interface WayHandle {
  phase: Ref<WayPhase>;
  way: ShallowRef<{ route: Route; track: Track } | null>;
  progress: ShallowRef<Progress | null>;
  /** The state of a request for a new route, while the old route stays on the screen. */
  anew: Ref<'no' | 'asking' | 'done' | 'failed'>;
  refusal: ShallowRef<Refusal | null>;
  failure: Ref<string>;
  /** Whether the current step follows the phone's position. */
  isFollowing: ComputedRef<boolean>;
  retry: () => void;
}

export function useWay(target: () => Target, { from, here }: StartHandle): WayHandle {
  const phase = ref<WayPhase>('waiting');
  const way = shallowRef<{ route: Route; track: Track } | null>(null);
  const progress = shallowRef<Progress | null>(null);
  const anew = ref<'no' | 'asking' | 'done' | 'failed'>('no');
  const refusal = shallowRef<Refusal | null>(null);
  const failure = ref('');
  let asked: AbortController | null = null;
  onScopeDispose(() => asked?.abort());

  /** Whether the vehicle is parked. New routes are then for walking. */
  let isOnFoot = false;

  /**
   * Requests a route and shows it.
   *
   * @param again whether the old route stays on the screen meanwhile.
   * @param isUnderWay whether the rider is on the way, possibly on foot already.
   */
  async function ask(start: From, again: boolean, isUnderWay = again): Promise<void> {
    asked?.abort();
    const asking = new AbortController();
    asked = asking;
    isOnFoot = isUnderWay && (isOnFoot || hasParked(way.value?.track ?? null, progress.value));
    if (again) anew.value = 'asking';
    else [phase.value, anew.value, way.value, progress.value] = ['asking', 'no', null, null];
    try {
      const how = { profile: isOnFoot ? 'foot' : profile.value, avoid: avoided.value.map(({ id }) => id) };
      const found = await route(start, target(), how, asking.signal);
      const track = trackOf(found.features);
      way.value = { route: found, track };
      progress.value =
        here.value && chosenStart.value === null ? follow(track, atBegin(track), here.value) : atBegin(track);
      phase.value = 'going';
      if (again) anew.value = 'done';
    } catch (error) {
      if (asking.signal.aborted) return;
      // The server refuses a gate that was deleted meanwhile, so the list is cleared. This change starts the
      // next request.
      if (error instanceof ApiError && error.problem['field'] === 'avoid' && avoided.value.length > 0) {
        avoidNone();
        return;
      }
      if (again) {
        // The old route stays. If further fixes are off the line, they start another request.
        anew.value = 'failed';
        if (progress.value) progress.value = { ...progress.value, off_fixes: 0, is_lost: false };
        return;
      }
      failure.value = explain(error);
      const refused = refusalOf(error);
      if (refused) inherit(refused, error as ApiError);
      refusal.value = refused;
      const isMissing = error instanceof ApiError && error.status === 404;
      phase.value = refusal.value ? 'refused' : isMissing ? 'missing' : 'failed';
    }
  }

  const begin = (): void => {
    if (from.value) void ask(from.value, false);
    else phase.value = 'waiting';
  };
  watch([target, profile, chosenStart], begin, { immediate: true });
  watch([avoided, isShifted], () => from.value && void ask(from.value, false, true));
  watch(here, (now) => {
    if (!now || chosenStart.value !== null) return;
    if (phase.value === 'waiting') begin();
    if (!way.value || !progress.value) return;
    progress.value = follow(way.value.track, progress.value, now);
    const [lon, lat] = now;
    if (progress.value.is_lost && anew.value !== 'asking' && lon !== undefined && lat !== undefined)
      void ask({ lon, lat }, true);
    else if (progress.value.off_fixes === 0 && anew.value === 'failed') anew.value = 'no';
  });

  return {
    phase,
    way,
    progress,
    anew,
    refusal,
    failure,
    isFollowing: computed(() => here.value !== null && chosenStart.value === null),
    retry: begin,
  };
}

/** Returns why the destination can't be reached, or null if the request failed for another reason. */
function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof ApiError) || error.status !== 422 || !('reason' in error.problem)) return null;
  const { nearest, gates } = error.problem as { nearest?: Instead | null; gates?: LostGate[] };
  return { why: error.detail, instead: nearest ?? null, gates: gates ?? [] };
}
