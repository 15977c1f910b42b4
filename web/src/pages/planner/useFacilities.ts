// Shows the facilities that count for the question on the map.
import { shallowRef, watch } from 'vue';
import * as api from '@/core/api/client';
import { signPlace } from '@/core/map/bounds';
import { facilityKinds } from '@/core/symbols/symbols';
import type { FacilityPoint } from './layers/plan';
import type { CoverageBody } from './types';
import type { Planner } from './usePlanner';
import type { PlannerMap } from './usePlannerMap';

type FacilityBody = NonNullable<CoverageBody['facility']>;

/** The name of the map image of a facility. */
export function imageOf({ collection, kind }: FacilityBody): string {
  if (collection === 'pocket_parks') return 'symbol-leaf';
  if (collection === 'first_aid_stations') return 'symbol-first_aid';
  return `symbol-${facilityKinds.find((known) => known === kind) ?? 'building'}`;
}

/** Loads the facilities that count for a question. */
export async function facilityPoints(facility: FacilityBody, signal?: AbortSignal): Promise<FacilityPoint[]> {
  const items = await api.allItems(facility.collection, signal, facility.kind ? { kind: facility.kind } : {});
  const image = imageOf(facility);
  return items.flatMap(({ id, geometry, properties }) => {
    const position = signPlace(geometry);
    const said: Record<string, unknown> = properties;
    const area = said['area_m2'];
    const isRight =
      (!facility.aed || said['aed'] === true) &&
      (!facility.area_m2 ||
        typeof area !== 'number' ||
        (area >= (facility.area_m2[0] ?? 0) && area <= (facility.area_m2[1] ?? Infinity)));
    return position && isRight ? [{ id, position, image, isClosed: false }] : [];
  });
}

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
