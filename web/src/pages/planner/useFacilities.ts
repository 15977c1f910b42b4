// Shows the facilities that count for the question on the map.
import { shallowRef, watch } from 'vue';
import { facilityPoints, type FacilityPoint } from '@/core/planning/facilities';
import type { Planner } from './usePlanner';
import type { PlannerMap } from './usePlannerMap';

export function useFacilities(planner: Planner, map: PlannerMap): void {
  const points = shallowRef<FacilityPoint[]>([]);
  let loading: AbortController | null = null;

  watch(
    () => JSON.stringify([planner.asked.value.facility, planner.base.value?.seq]),
    async () => {
      loading?.abort();
      const own = new AbortController();
      loading = own;
      try {
        const found = await facilityPoints(planner.asked.value.facility, own.signal);
        if (loading === own) points.value = found;
      } catch {
        // The page works without the symbols of facilities.
        if (loading === own) points.value = [];
      }
    },
    { immediate: true },
  );
  watch([points, planner.base], () => {
    const closed = new Set(planner.base.value?.facilities.closed);
    map.show({ facilities: points.value.map((point) => ({ ...point, isClosed: closed.has(point.id) })) });
  });
}
