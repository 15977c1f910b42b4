// The edits of a scenario: tried sites, and changed rules of ways and gates. Pure functions from
// one list of edits to the next.
import type { Feature, Point, Polygon, Position } from 'geojson';
import { signPlace } from '@/core/map/bounds';
import type { CoverageBody, Edit } from './types';

/** A new facility that a scenario tries. Its position is longitude and latitude in degrees. */
export interface TriedSite {
  id: string;
  name: string;
  position: [number, number];
}

type FacilityBody = NonNullable<CoverageBody['facility']>;

/** The side of a tried pocket park in metres. Its area is 1,000 m², rounded. */
const PARK_SIDE = 31.6;
const METRES_PER_DEGREE = 111_320;

/** The outline of a new pocket park that a scenario tries: a square around a position. */
export function parkAround([lon, lat]: [number, number]): Polygon {
  const dy = PARK_SIDE / 2 / METRES_PER_DEGREE;
  const dx = dy / Math.cos((lat * Math.PI) / 180);
  const at = (x: number, y: number): Position => [round(lon + x * dx), round(lat + y * dy)];
  return { type: 'Polygon', coordinates: [[at(-1, -1), at(1, -1), at(1, 1), at(-1, 1), at(-1, -1)]] };
}

/** Longitude and latitude of a position from the API, which types it as a list of numbers. */
export const positionOf = ([lon = 0, lat = 0]: readonly number[]): [number, number] => [lon, lat];

/** Rounds to seven decimals, about a centimetre. */
const round = (degrees: number): number => Math.round(degrees * 1e7) / 1e7;

function featureOf(site: TriedSite, facility: FacilityBody): Feature<Point | Polygon> {
  const [lon, lat] = site.position;
  const isPark = facility.collection === 'pocket_parks';
  return {
    type: 'Feature',
    id: site.id,
    geometry: isPark ? parkAround(site.position) : { type: 'Point', coordinates: [round(lon), round(lat)] },
    properties: {
      name: site.name,
      ...(isPark ? { area_m2: 1000 } : {}),
      ...(facility.kind ? { kind: facility.kind } : {}),
      ...(facility.aed ? { aed: true } : {}),
    },
  };
}

/** Whether an edit adds a site that counts as a facility of the question. */
export function isSite(edit: Edit, facility: FacilityBody): boolean {
  const said = edit.feature?.properties;
  return (
    edit.op === 'put' &&
    edit.collection === facility.collection &&
    (!facility.kind || said?.['kind'] === facility.kind) &&
    (!facility.aed || said?.['aed'] === true)
  );
}

/** The added sites that count as facilities of the question. */
export function sitesOf(edits: readonly Edit[], facility: FacilityBody): TriedSite[] {
  return edits
    .filter((edit) => isSite(edit, facility))
    .map((edit) => {
      const [lon = 0, lat = 0] = signPlace(edit.feature?.geometry) ?? [];
      return { id: edit.id, name: String(edit.feature?.properties?.['name'] ?? edit.id), position: [lon, lat] };
    });
}

/** The edits other than the sites of the question: ways, gates, and sites of other facilities. */
export const othersOf = (edits: readonly Edit[], facility: FacilityBody): Edit[] =>
  edits.filter((edit) => !isSite(edit, facility));

const isFor =
  (collection: string, id: string) =>
  (edit: Edit): boolean =>
    edit.collection === collection && edit.id === id;

/** Adds a site, or replaces the one with the same id at its place in the list. */
export function withSite(edits: readonly Edit[], site: TriedSite, facility: FacilityBody): Edit[] {
  const put: Edit = { collection: facility.collection, id: site.id, op: 'put', feature: featureOf(site, facility) };
  const known = edits.findIndex(isFor(put.collection, put.id));
  return known < 0 ? [...edits, put] : edits.with(known, put);
}

export const without = (edits: readonly Edit[], collection: string, id: string): Edit[] =>
  edits.filter((edit) => !isFor(collection, id)(edit));

/**
 * Adds changed properties to the patch of a feature. Values equal to those in `original`, the
 * properties on the map, are left out; a patch without changes is removed.
 */
export function withPatch(
  edits: readonly Edit[],
  { collection, id }: Pick<Edit, 'collection' | 'id'>,
  properties: Record<string, unknown>,
  original: Record<string, unknown>,
): Edit[] {
  const known = edits.find(isFor(collection, id));
  const all = { ...known?.properties, ...properties };
  const changed = Object.fromEntries(
    Object.entries(all).filter(
      ([key, value]) => JSON.stringify(value ?? null) !== JSON.stringify(original[key] ?? null),
    ),
  );
  const rest = without(edits, collection, id);
  if (Object.keys(changed).length === 0 && !known?.geometry) return rest;
  const patch: Edit = {
    collection,
    id,
    op: 'patch',
    properties: changed,
    ...(known?.geometry ? { geometry: known.geometry } : {}),
  };
  return [...rest, patch];
}

/** A random id for a new site. `crypto.randomUUID` is not available on pages without TLS. */
export const newSiteId = (): string =>
  `plan-${[...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;

/** The lowest number with which no site's name ends. Sites keep their names when one is removed. */
export function freeNumber(sites: readonly TriedSite[]): number {
  const taken = new Set(sites.map((site) => Number(/\d+$/.exec(site.name)?.[0] ?? 0)));
  let n = 1;
  while (taken.has(n)) n += 1;
  return n;
}
