// The requests of the rider's page. Positions of people are sent only in the bodies of POST requests.
import type { Position } from 'geojson';
import { answered, http, item, search as searchNames } from '@/core/api/client';
import type { components } from '@/core/api/schema';
import type { FeatureOf, Hit } from '@/core/api/types';
import { signPlace } from '@/core/map/bounds';
import { whenReady } from './ready';
import type { Target } from './target';
import { nextMoment, type Stop } from './stops';
import type { Card, Route, Trip } from './types';

/** The collections that riders search. */
const PLACES = new Set(['buildings', 'compounds', 'facilities', 'first_aid_stations', 'units', 'entrances']);

export interface Found {
  hit: Hit;
  /** The unit and room in the query. */
  unit: string | null;
  room: string | null;
}

/**
 * Keeps the search results that riders go to. The server parses the unit and the room of an
 * address.
 */
export const placesOf = (hits: Hit[]): Found[] =>
  hits
    .filter((hit) => PLACES.has(hit.collection))
    .map((hit) => {
      const { unit, room } = (hit.collection === 'buildings' && hit.address) || {};
      return { hit, unit: unit ?? null, room: room ?? null };
    });

/** Finds places for an address, the best first. */
export const search = async (text: string, signal: AbortSignal): Promise<Found[]> =>
  placesOf(await searchNames(text, 10, signal));

/** Gets the access card of a building for now. */
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

/** The start of a route: a position or a gate. */
export type From = { lon: number; lat: number } | { entrance: string };

/** @param avoid the ids of gates that the route must not pass. */
export async function route(
  from: From,
  target: Target,
  { profile, avoid }: { profile: string; avoid: string[] },
  signal?: AbortSignal,
): Promise<Route> {
  const body = { from, to: await placeOf(target), profile, ...(avoid.length > 0 ? { avoid } : {}) };
  return whenReady(() => answered(http.POST('/api/route', { body, signal })), signal);
}

/**
 * Plans the visits of several doors: the order, the parking places, and the walks from door to door.
 *
 * @param avoid the ids of gates that the trip must not pass.
 */
export async function trip(
  from: From,
  stops: readonly Stop[],
  { profile, avoid }: { profile: string; avoid: string[] },
  signal?: AbortSignal,
): Promise<Trip> {
  const places = await Promise.all(stops.map((stop) => placeOf(stop)));
  const body = { from, profile, stops: deliveriesOf(stops, places), ...(avoid.length > 0 ? { avoid } : {}) };
  return whenReady(() => answered(http.POST('/api/trip', { body, signal })), signal);
}

/** Converts orders to the deliveries of a request for a trip. */
export const deliveriesOf = (
  stops: readonly Stop[],
  places: components['schemas']['RoutePlace'][],
): components['schemas']['TripStop'][] =>
  stops.map(({ by }, number) => ({
    to: places[number] ?? {},
    ...(by ? { not_after: nextMoment(by, Date.now()) } : {}),
  }));

/** Converts a destination to the form that the API expects. */
export async function placeOf(target: Target): Promise<components['schemas']['RoutePlace']> {
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

/**
 * Gets the position and the name of a feature, or null if there is no feature with this id or it
 * has no geometry.
 */
export async function featureAt(collection: string, id: string): Promise<{ at: Position; name: string } | null> {
  const found = await item(collection, id);
  const at = signPlace(found?.geometry);
  if (!found || !at) return null;
  const { name } = found.properties as { name?: unknown };
  return { at, name: typeof name === 'string' ? name : id };
}

type Nearest = components['schemas']['NearestCollection']['features'][number];
/** A facility or first-aid station near the start, with the distance and the travel time of the route to it. */
export type Near = Omit<Nearest, 'properties'> & {
  properties: Pick<FeatureOf<'first_aid_stations'>['properties'], 'name' | 'phone' | 'aed' | 'opening_hours'> & {
    distance_m: number;
    duration_s?: number;
  };
};

/** Gets the five places with the shortest travel time. */
export const nearest = async (
  collection: string,
  kind: string | null,
  from: From,
  profile: string,
  signal?: AbortSignal,
): Promise<Near[]> =>
  (
    await whenReady(
      () =>
        answered(
          http.POST('/api/nearest', { body: { collection, from, k: 5, profile, ...(kind ? { kind } : {}) }, signal }),
        ),
      signal,
    )
  ).features as Near[];

/** Reports whether a gate let somebody in. */
export const countPassage = (id: string, passed: boolean): Promise<unknown> =>
  answered(http.POST('/api/entrances/{id}/passages', { params: { path: { id } }, body: { passed } }));

/** Reports that a gate is locked or that its data is wrong. Reports with the same key open one case only. */
export async function reportGate(id: string, note: string, key: string): Promise<{ id: string; receipt?: string }> {
  const sent = await answered(
    http.POST('/api/warnings', { body: { category: 'wrong_access', entrance: id, source: 'rider', note, key } }),
  );
  return { id: sent.id ?? '', ...('receipt' in sent && sent.receipt ? { receipt: sent.receipt } : {}) };
}

/** The code of a gate or a door, for riders' accounts. The server records who reads it and when. */
export const doorCode = async (id: string): Promise<string> =>
  (await answered(http.POST('/api/entrances/{id}/code', { params: { path: { id } }, cache: 'no-store' }))).code;
