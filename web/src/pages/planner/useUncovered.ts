// Shows the people who are not covered on the map.
import { onScopeDispose, watch } from 'vue';
import type { FarPlace } from './layers/plan';
import * as figures from './figures';
import { farBounds, farClass } from './reach';
import type { Coverage } from './types';
import type { Planner } from './usePlanner';
import type { PlannerMap } from './usePlannerMap';

/** The uncovered places of a coverage, with their classes. */
export function farPlaces(coverage: Coverage): FarPlace[] {
  const { metres, minutes, there_and_back } = coverage.standard;
  const bounds = farBounds({ metres: metres ?? null, minutes: minutes ?? null, isReturn: there_and_back });
  return coverage.uncovered.map(({ id, position, people, distance_m }) => ({
    id,
    position: [position[0] ?? 0, position[1] ?? 0],
    people,
    far: farClass(distance_m, bounds),
    label: typeof distance_m === 'number' ? figures.metres(distance_m) : '',
  }));
}

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
