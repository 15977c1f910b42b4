// Counts the coverage with tried sites and changed ways, again after each change. At most one
// request runs; changes during a request lead to one more request after it, so that dragging a site
// does not queue requests.
import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { explain } from '@/core/api/explain';
import { MOST_LISTED } from '@/core/planning/client';
import * as client from './client';
import type { TriedSite } from './draft';
import type { Coverage, CoverageBody, Edit } from './types';
import type { Planner } from './usePlanner';

export interface GainedPlace {
  id: string;
  name: string;
  people: number;
  position: [number, number];
}

export interface Trial {
  answer: ShallowRef<Coverage | null>;
  gained: ComputedRef<GainedPlace[]>;
  isCounting: Ref<boolean>;
  failure: Ref<string>;
  count: () => void;
}

export function useTrial(
  planner: Planner,
  sites: ComputedRef<readonly TriedSite[]>,
  others: ComputedRef<readonly Edit[]>,
  /**
   * Whether to ask for the figures and newly covered places only. This answer is faster, for use
   * while dragging.
   */
  isBrief = true,
): Trial {
  const answer = shallowRef<Coverage | null>(null);
  const isCounting = ref(false);
  const failure = ref('');
  let running: AbortController | null = null;
  let isWanted = false;

  const ask = (): CoverageBody => ({
    ...planner.body.value,
    by: planner.question.value.by,
    add: sites.value.map(({ position: [lon, lat] }) => ({ lon, lat })),
    ...(others.value.length > 0 ? { edits: [...others.value] } : {}),
    ...(isBrief ? { brief: true } : {}),
    limit: isBrief ? 1000 : MOST_LISTED,
  });

  async function run(): Promise<void> {
    if (running) {
      isWanted = true;
      return;
    }
    if (sites.value.length === 0 && others.value.length === 0) {
      answer.value = null;
      failure.value = '';
      return;
    }
    if (!planner.isComplete.value) return;
    const own = new AbortController();
    running = own;
    isCounting.value = true;
    try {
      const found = await client.coverage(ask(), own.signal);
      if (own.signal.aborted) return;
      answer.value = found;
      failure.value = '';
    } catch (error) {
      if (!own.signal.aborted) failure.value = explain(error);
    } finally {
      running = null;
      if (isWanted) {
        isWanted = false;
        void run();
      } else isCounting.value = false;
    }
  }

  watch(
    () =>
      JSON.stringify([
        planner.body.value,
        planner.question.value.by,
        sites.value,
        others.value,
        planner.base.value?.seq,
      ]),
    () => void run(),
    { immediate: true },
  );
  onScopeDispose(() => {
    isWanted = false;
    running?.abort();
  });

  const gained = computed<GainedPlace[]>(() => {
    const known = new Map(planner.base.value?.uncovered.map((place) => [place.id, place.position]));
    return (answer.value?.change?.places ?? []).flatMap(({ id, name, people }) => {
      const at = known.get(id);
      return at ? [{ id, name: name || id, people, position: [at[0] ?? 0, at[1] ?? 0] as [number, number] }] : [];
    });
  });

  return { answer, gained, isCounting, failure, count: () => void run() };
}
