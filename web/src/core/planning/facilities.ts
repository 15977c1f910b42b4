// The facilities that a coverage can be about, and where those that count stand on the map.
import type { Geometry, Position } from 'geojson';
import * as api from '@/core/api/client';
import type { components } from '@/core/api/schema';
import { signPlace } from '@/core/map/bounds';
import { facilityKinds } from '@/core/symbols/symbols';
import type { Standard } from './types';

export type FacilityBody = components['schemas']['FacilityBody'];

/** The facilities to choose from if the standard does not name its facilities. */
export const FACILITIES = [
  'pocket_parks',
  'aed',
  'first_aid_stations',
  'battery_swap',
  'toolbox',
  'rest_stop',
  'toilet',
  'party_service_centre',
  'mediation_points',
  'discussion_pavilion',
  'charging',
  'parking',
] as const;
export type FacilityKey = (typeof FACILITIES)[number];

/** The `facility` of a request. */
export function facilityBody(key: FacilityKey): FacilityBody {
  if (key === 'pocket_parks' || key === 'mediation_points') return { collection: key };
  if (key === 'first_aid_stations' || key === 'aed')
    return { collection: 'first_aid_stations', ...(key === 'aed' ? { aed: true } : {}) };
  return { collection: 'facilities', kind: key };
}

/** The facilities of a standard; those of `otherwise` if it names none. */
export function facilityOf(named: Standard['facility'], otherwise: FacilityKey): FacilityBody {
  if (!named) return facilityBody(otherwise);
  return {
    collection: named.collection,
    ...(named.kind ? { kind: named.kind } : {}),
    ...(named.aed ? { aed: true } : {}),
    ...(named.area_m2 ? { area_m2: named.area_m2 } : {}),
  };
}

/** The key of facilities in `FACILITIES`; null if they are none of these. */
export const keyOfFacility = ({ collection, kind, aed }: FacilityBody): FacilityKey | null =>
  FACILITIES.find((key) => key === (collection === 'facilities' ? kind : aed ? 'aed' : collection)) ?? null;

export interface FacilityPoint {
  id: string;
  position: Position;
  /** The name of a map image. */
  image: string;
  /** Whether the facility is closed at the moment of the question. */
  isClosed: boolean;
}

const METRES_PER_DEGREE = 111_320;

/** The name of the map image of a facility. */
export function imageOf({ collection, kind }: FacilityBody): string {
  if (collection === 'pocket_parks') return 'symbol-leaf';
  if (collection === 'first_aid_stations') return 'symbol-first_aid';
  if (collection === 'mediation_points') return 'symbol-mediation_room';
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
