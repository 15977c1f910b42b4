// The edits of a scenario as the page changes them: sites that are tried, and ways and gates with other rules. Pure
// functions from one list of edits to the next.
import type { Feature, Point, Polygon, Position } from 'geojson';
import { signPlace } from '@/core/map/bounds';
import type { CoverageBody, Edit } from './types';

/** A site that is tried. */
export interface TriedSite {
  id: string;
  name: string;
  position: [number, number];
}

type FacilityBody = NonNullable<CoverageBody['facility']>;

/** The side of a tried pocket park in metres. It has 1,000 m². */
const PARK_SIDE = 31.6;
const METRES_PER_DEGREE = 111_320;

/** A square of the size of a small pocket park around a position. */
export function parkAround([lon, lat]: [number, number]): Polygon {
  const dy = PARK_SIDE / 2 / METRES_PER_DEGREE;
  const dx = dy / Math.cos((lat * Math.PI) / 180);
  const at = (x: number, y: number): Position => [round(lon + x * dx), round(lat + y * dy)];
  return { type: 'Polygon', coordinates: [[at(-1, -1), at(1, -1), at(1, 1), at(-1, 1), at(-1, -1)]] };
}

/** A position of the API, which sends it as a list of numbers. */
export const positionOf = ([lon = 0, lat = 0]: readonly number[]): [number, number] => [lon, lat];

/** Seven decimals are a centimetre. */
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

/** Whether an edit puts a site that counts for this question. */
export function isSite(edit: Edit, facility: FacilityBody): boolean {
  const said = edit.feature?.properties;
  return (
    edit.op === 'put' &&
    edit.collection === facility.collection &&
    (!facility.kind || said?.['kind'] === facility.kind) &&
    (!facility.aed || said?.['aed'] === true)
  );
}

/** The sites among the edits that count for this question. */
export function sitesOf(edits: readonly Edit[], facility: FacilityBody): TriedSite[] {
  return edits
    .filter((edit) => isSite(edit, facility))
    .map((edit) => {
      const [lon = 0, lat = 0] = signPlace(edit.feature?.geometry) ?? [];
      return { id: edit.id, name: String(edit.feature?.properties?.['name'] ?? edit.id), position: [lon, lat] };
    });
}

/** The edits that are not sites of this question: ways, gates, and sites of other kinds. */
export const othersOf = (edits: readonly Edit[], facility: FacilityBody): Edit[] =>
  edits.filter((edit) => !isSite(edit, facility));

const isFor =
  (collection: string, id: string) =>
  (edit: Edit): boolean =>
    edit.collection === collection && edit.id === id;

/** Adds a site, or moves it if there is one with its id. */
export function withSite(edits: readonly Edit[], site: TriedSite, facility: FacilityBody): Edit[] {
  const put: Edit = { collection: facility.collection, id: site.id, op: 'put', feature: featureOf(site, facility) };
  const known = edits.findIndex(isFor(put.collection, put.id));
  return known < 0 ? [...edits, put] : edits.with(known, put);
}

export const without = (edits: readonly Edit[], collection: string, id: string): Edit[] =>
  edits.filter((edit) => !isFor(collection, id)(edit));

/** Changes properties of a feature of the map. Values equal to those of the map are not changes. */
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

/** An id that no other site has. `crypto.randomUUID` is missing on pages without TLS. */
export const newSiteId = (): string =>
  `plan-${[...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;

/** The lowest number that no site's name has yet, so that names stay when others are removed. */
export function freeNumber(sites: readonly TriedSite[]): number {
  const taken = new Set(sites.map((site) => Number(/\d+$/.exec(site.name)?.[0] ?? 0)));
  let n = 1;
  while (taken.has(n)) n += 1;
  return n;
}
