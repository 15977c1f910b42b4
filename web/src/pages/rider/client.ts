// What the rider's page asks of the server. Positions of people go in bodies of POST only.
import type { Position } from 'geojson';
import { answered, http, item, search as searchNames } from '@/core/api/client';
import type { components } from '@/core/api/schema';
import type { FeatureOf, Hit } from '@/core/api/types';
import { signPlace } from '@/core/map/bounds';
import type { Address } from './order';
import type { Target } from './target';
import type { Card, Route } from './types';

/** What a rider looks for: places with a door, and places to stop at. */
const PLACES = new Set(['buildings', 'compounds', 'facilities', 'first_aid_stations', 'units', 'entrances']);

export interface Found {
  hit: Hit;
  /** The unit and room that the question names. */
  unit: string | null;
  room: string | null;
}

const placesOf = (hits: Hit[], unit: string | null, room: string | null): Found[] =>
  hits
    .filter((hit) => PLACES.has(hit.collection))
    .map((hit) =>
      hit.collection === 'buildings'
        ? { hit, unit: hit.address?.unit ?? unit, room: hit.address?.room ?? room }
        : { hit, unit: null, room: null },
    );

/** Places for an address, the best first. Where the whole of it finds nothing, less of it is asked for. */
export async function search({ text, place, local, unit, room }: Address, signal: AbortSignal): Promise<Found[]> {
  for (const q of new Set([text, place, local])) {
    const hits = await searchNames(q, 10, signal);
    if (hits.length > 0) return placesOf(hits, unit, room);
  }
  return [];
}

/** How to get into a building now. */
export async function card(
  building: string,
  { unit, room, profile }: { unit: string | null; room: string | null; profile: string },
  signal?: AbortSignal,
): Promise<Card> {
  return answered(
    http.GET('/api/buildings/{id}/access', {
      params: {
        path: { id: building },
        query: { mode: profile, ...(unit ? { unit } : {}), ...(room ? { room } : {}) },
      },
      signal,
    }),
  );
}

/** Where somebody sets out: a position, or a gate. */
export type From = { lon: number; lat: number } | { entrance: string };

export const route = async (from: From, target: Target, profile: string, signal?: AbortSignal): Promise<Route> =>
  answered(http.POST('/api/route', { body: { from, to: await placeOf(target), profile }, signal }));

/** What the interface takes for a destination. */
async function placeOf(target: Target): Promise<components['schemas']['RoutePlace']> {
  switch (target.collection) {
    case 'buildings':
      return {
        building: target.id,
        ...(target.unit ? { unit: target.unit } : {}),
        ...(target.room ? { room: target.room } : {}),
      };
    case 'facilities':
      return { facility: target.id };
    case 'entrances':
      return { entrance: target.id };
    default: {
      const [lon, lat] = signPlace((await item(target.collection, target.id))?.geometry) ?? [];
      return { lon, lat };
    }
  }
}

/** Position and name of a feature; null where there is none of that id. */
export async function featureAt(collection: string, id: string): Promise<{ at: Position; name: string } | null> {
  const found = await item(collection, id);
  const at = signPlace(found?.geometry);
  if (!found || !at) return null;
  const { name } = found.properties as { name?: unknown };
  return { at, name: typeof name === 'string' ? name : id };
}

type Nearest = components['schemas']['NearestCollection']['features'][number];
/** A place with the properties that facilities and first-aid stations have; times are those of the way. */
export type Near = Omit<Nearest, 'properties'> & {
  properties: Pick<FeatureOf<'first_aid_stations'>['properties'], 'name' | 'phone' | 'aed' | 'opening_hours'> & {
    distance_m: number;
    duration_s?: number;
  };
};

/** The places that are reached first. */
export const nearest = async (
  collection: string,
  kind: string | null,
  from: From,
  profile: string,
  signal?: AbortSignal,
): Promise<Near[]> =>
  (
    await answered(
      http.POST('/api/nearest', { body: { collection, from, k: 5, profile, ...(kind ? { kind } : {}) }, signal }),
    )
  ).features as Near[];

/** Counts whether a gate let somebody in. */
export const countPassage = (id: string, passed: boolean): Promise<unknown> =>
  answered(http.POST('/api/entrances/{id}/passages', { params: { path: { id } }, body: { passed } }));
