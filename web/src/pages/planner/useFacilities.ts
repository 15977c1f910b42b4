// Shows the facilities that count for the question on the map.
import type { Geometry } from 'geojson';
import { shallowRef, watch } from 'vue';
import * as api from '@/core/api/client';
import { signPlace } from '@/core/map/bounds';
import { facilityKinds } from '@/core/symbols/symbols';
import type { FacilityPoint } from './layers/plan';
import type { CoverageBody } from './types';
import type { Planner } from './usePlanner';
import type { PlannerMap } from './usePlannerMap';

type FacilityBody = NonNullable<CoverageBody['facility']>;

const METRES_PER_DEGREE = 111_320;

/** The name of the map image of a facility. */
export function imageOf({ collection, kind }: FacilityBody): string {
  if (collection === 'pocket_parks') return 'symbol-leaf';
  if (collection === 'first_aid_stations') return 'symbol-first_aid';
  return `symbol-${facilityKinds.find((known) => known === kind) ?? 'building'}`;
}

/** The area of polygons in square metres. Good to about 0.5 % for areas of a few kilometres. */
export function areaOf(geometry: Geometry | null | undefined): number {
  if (geometry?.type === 'MultiPolygon')
    return geometry.coordinates.reduce((sum, coordinates) => sum + areaOf({ type: 'Polygon', coordinates }), 0);
  if (geometry?.type !== 'Polygon') return 0;
  const squeeze = Math.cos(((geometry.coordinates[0]?.[0]?.[1] ?? 0) * Math.PI) / 180);
  const rings = geometry.coordinates.map((ring) => {
    // Coordinates are relative to the first vertex, because differences of large products lose
    // precision.
    const [west = 0, south = 0] = ring[0] ?? [];
    const flat = ring.map(([lon = 0, lat = 0]) => [(lon - west) * squeeze, lat - south] as const);
    const twice = flat.reduce((sum, [x, y], i) => {
      const [nextX, nextY] = flat[(i + 1) % flat.length] ?? [0, 0];
      return sum + x * nextY - nextX * y;
    }, 0);
    return (Math.abs(twice) / 2) * METRES_PER_DEGREE ** 2;
  });
  const [outline = 0, ...holes] = rings;
  return outline - holes.reduce((sum, hole) => sum + hole, 0);
}

/**
 * Whether a feature counts as a facility, as on the server. Without `area_m2`, a polygon has the area
 * of its outline, and a point is not refused for its size.
 */
export function counts(
  facility: FacilityBody,
  properties: Record<string, unknown>,
  geometry: Geometry | null | undefined,
): boolean {
  if (facility.aed && properties['aed'] !== true) return false;
  if (!facility.area_m2) return true;
  const own = properties['area_m2'];
  const area = typeof own === 'number' ? own : areaOf(geometry);
  return area <= 0 || (area >= (facility.area_m2[0] ?? 0) && area <= (facility.area_m2[1] ?? Infinity));
}

/** Loads the facilities that count for a question. */
export async function facilityPoints(facility: FacilityBody, signal?: AbortSignal): Promise<FacilityPoint[]> {
  const items = await api.allItems(facility.collection, signal, facility.kind ? { kind: facility.kind } : {});
  const image = imageOf(facility);
  return items.flatMap(({ id, geometry, properties }) => {
    const position = signPlace(geometry);
    const said: Record<string, unknown> = properties;
    return position && counts(facility, said, geometry) ? [{ id, position, image, isClosed: false }] : [];
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
