// Shows the people who are not covered on the map.
import { onScopeDispose, watch } from 'vue';
import { farPlaces } from '@/core/planning/reach';
import type { Coverage } from './types';
import type { Planner } from './usePlanner';
import type { PlannerMap } from './usePlannerMap';

/**
 * Shows the uncovered people of `coverage`; by default, of the map without edits. When the mode is
 * left, the area, the picked place and the changes are removed from the map.
 */
export function useUncovered(
  planner: Planner,
  map: PlannerMap,
  coverage: () => Coverage | null = () => planner.base.value,
): void {
  watch(coverage, (now) => map.show({ uncovered: now ? farPlaces(now) : [] }), { immediate: true });
  onScopeDispose(() => map.show({ area: null, pick: null, change: [] }));
}
