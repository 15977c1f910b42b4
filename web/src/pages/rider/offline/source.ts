// Answers for the rider's page: from the server, or from the data on the phone if the server does not answer in time.
// The functions have the same form as those in ../client.ts.
import type { Position } from 'geojson';
import { ApiError } from '@/core/api/client';
import type { Hit } from '@/core/api/types';
import type { Place } from '@/core/engine/engine';
import { RefusedOffline } from '@/core/offline/engineHost';
import { networkFirst } from '@/core/offline/networkFirst';
import { askPhone, restore, state, stored } from '@/core/phone/networkData';
import { pick } from '@/core/i18n/lang';
import * as online from '../client';
import type { Found } from '../client';
import type { Stop } from '../stops';
import type { Target } from '../target';
import type { Card, Route, Trip } from '../types';

/** How old an answer from the phone is. */
export interface Age {
  /** When the server last confirmed that the data is current. */
  at: Date;
  /** Whether the data is too old to know opening hours. */
  isExpired: boolean;
}

const ages = new WeakMap<object, Age>();

/** The age of an answer or an error that came from the phone; null if it came from the server. */
export const ageOf = (answer: object | null | undefined): Age | null => (answer && ages.get(answer)) || null;

function marked<Value extends object>(answer: Value): Value {
  const { checked_at: at, manifest } = stored.value ?? {};
  if (at && manifest) ages.set(answer, { at: new Date(at), isExpired: Date.now() > Date.parse(manifest.known_until) });
  return answer;
}

/** Gives an answer the age of another one from which it was made. */
export function inherit(answer: object, from: object): void {
  const age = ageOf(from);
  if (age) ages.set(answer, age);
}

async function either<Value extends object>(
  network: (signal?: AbortSignal) => Promise<Value>,
  phone: () => Promise<Value>,
  signal?: AbortSignal,
): Promise<Value> {
  try {
    const { value } = await networkFirst(
      network,
      async () => {
        await restore();
        if (state.value !== 'ready') throw new Error('No map data is stored on this phone.');
        return marked(await phone());
      },
      (error) => error instanceof RefusedOffline,
      signal,
    );
    return value;
  } catch (error) {
    // The screens expect an error with the server's problem document.
    if (!(error instanceof RefusedOffline)) throw error;
    const { status, detail, code, field } = error.problem;
    // The server names a wrong unit or room in `parameter`.
    const problem = { ...error.problem, ...(field ? { parameter: field } : {}) };
    throw marked(new ApiError(status, pick(detail) || code, problem));
  }
}

/**
 * The positions and names of features that the phone has found. Later calls need them, because no other answer of the
 * phone contains them.
 */
const found = new Map<string, { at: Position; name: string }>();

export const search = (text: string, signal: AbortSignal): Promise<Found[]> =>
  either<Found[]>(
    (ending = signal) => online.search(text, ending),
    async () => {
      const { features } = await askPhone<'search'>({ ask: 'search', text, limit: 10 });
      for (const { collection, id, geometry, properties } of features)
        if (geometry) found.set(`${collection}/${id}`, { at: geometry.coordinates, name: properties.name ?? id });
      return online.placesOf(features as unknown as Hit[]);
    },
    signal,
  );

type CardOptions = Parameters<typeof online.card>[1];

export const card = (building: string, options: CardOptions, signal?: AbortSignal): Promise<Card> =>
  either(
    (ending) => online.card(building, options, ending),
    () => {
      const { unit, room, profile: mode } = options;
      return askPhone<'card'>({
        ask: 'card',
        card: { building, mode, ...(unit ? { unit } : {}), ...(room ? { room } : {}) },
      });
    },
    signal,
  );

function placeOf({ collection, id, unit, room }: Target): Place {
  switch (collection) {
    case 'buildings':
      return { building: id, ...(unit ? { unit } : {}), ...(room ? { room } : {}) };
    case 'facilities':
      return { facility: id };
    case 'entrances':
      return { entrance: id };
    default: {
      const [lon, lat] = found.get(`${collection}/${id}`)?.at ?? [];
      if (lon === undefined || lat === undefined)
        throw new Error(`The phone does not know the position of ${collection}/${id}`);
      return { lon, lat };
    }
  }
}

type RouteOptions = Parameters<typeof online.route>[2];

export const route = (from: online.From, target: Target, options: RouteOptions, signal?: AbortSignal): Promise<Route> =>
  either(
    (ending) => online.route(from, target, options, ending),
    async () => askPhone<'route'>({ ask: 'route', route: { from, to: placeOf(target), ...options } }),
    signal,
  );

export const trip = (
  from: online.From,
  stops: readonly Stop[],
  options: RouteOptions,
  signal?: AbortSignal,
): Promise<Trip> =>
  either(
    (ending) => online.trip(from, stops, options, ending),
    async () =>
      askPhone<'trip'>({
        ask: 'trip',
        trip: { from, stops: online.deliveriesOf(stops, stops.map(placeOf)), ...options },
      }),
    signal,
  );

/** Gets the five places with the shortest travel time. */
export const nearest = (
  collection: string,
  kind: string | null,
  from: online.From,
  profile: string,
  signal?: AbortSignal,
): Promise<online.Near[]> =>
  either<online.Near[]>(
    (ending) => online.nearest(collection, kind, from, profile, ending),
    async () => {
      const near = { collection, from, k: 5, profile, ...(kind ? { kind } : {}) };
      const { features } = await askPhone<'near'>({ ask: 'near', near });
      for (const { id, geometry, properties } of features)
        if (geometry) found.set(`${collection}/${id}`, { at: geometry.coordinates, name: properties.name ?? id });
      return features as unknown as online.Near[];
    },
    signal,
  );

export async function featureAt(collection: string, id: string): Promise<{ at: Position; name: string } | null> {
  try {
    return await online.featureAt(collection, id);
  } catch (error) {
    const known = found.get(`${collection}/${id}`);
    if (known) return known;
    throw error;
  }
}
