// The requests of the residents' page. They are sent as the public, even if somebody is signed in on this
// phone.
import { answered, http, item, written } from '@/core/api/client';
import type { FeatureOf, Geometry } from '@/core/api/types';
import { learnCategories } from '@/core/i18n/words';
import type { Case, Rules } from '@/core/ledger/types';
import { revealed } from '@/core/ledger/wish';
import { addressOnly } from '@/core/search/order';

const asNobody = { credentials: 'omit' } as const;

/** A building by the id in its QR code; null if there is none. */
export const building = (id: string): Promise<FeatureOf<'buildings'> | null> => item('buildings', id, asNobody);

export interface Found {
  id: string;
  collection: string;
  name: string;
  geometry: Geometry | null;
  /** The building, if the result is one or is the door of one; with the unit and room of the search. */
  building?: string;
  unit?: string;
  room?: string;
}

/** Finds places by name, the best match first. */
export async function search(words: string, signal?: AbortSignal): Promise<Found[]> {
  const found = await answered(
    http.GET('/api/search', { params: { query: { q: addressOnly(words), limit: 6 } }, signal, ...asNobody }),
  );
  return found.features.map((f) => {
    const { building, unit: behind } = f.properties as { building?: string; unit?: unknown };
    const isDoor = f.collection === 'entrances' && building !== undefined;
    const house = f.collection === 'buildings' ? f.id : isDoor ? building : undefined;
    const unit = isDoor && behind ? String(behind) : f.address?.unit;
    return {
      id: f.id,
      collection: f.collection,
      name: f.properties.name ?? f.id,
      geometry: f.geometry,
      ...(house ? { building: house } : {}),
      ...(house && unit ? { unit } : {}),
      ...(house && f.address?.room ? { room: f.address.room } : {}),
    };
  });
}

/**
 * The name of the building next to a position, as a description of the place; empty if there is none nearby.
 */
export async function nearestName(lon: number, lat: number): Promise<string> {
  const near = await answered(
    http.GET('/api/nearest', { params: { query: { collection: 'buildings', lon, lat, k: 1 } }, ...asNobody }),
  );
  const [first] = near.features;
  return first && (first.properties.distance_m ?? 0) < 80
    ? (first.properties.name ?? first.properties.address ?? '')
    : '';
}

/** The rules in force, as far as reporters need them. */
export async function rules(): Promise<Pick<Rules, 'categories' | 'privacy' | 'duty_phone'>> {
  const told = await answered(http.GET('/api/rules', asNobody));
  learnCategories(told.categories);
  return told;
}

/** A case by its id or number, with a receipt or a reading code. */
export const follow = async (id: string, secret: string): Promise<Case> =>
  revealed(
    await answered(
      http.GET('/api/warnings/{id}', {
        params: { path: { id }, header: { 'Onemap-Receipt': secret } },
        cache: 'no-store',
        ...asNobody,
      }),
    ),
  );

/** Rates a case. `reason` says why there are so few stars. */
export const rate = async (
  id: string,
  receipt: string,
  { rating, reason }: { rating: number; reason: string },
  key: string,
): Promise<Case> => {
  const rated = http.POST('/api/warnings/{id}/actions', {
    params: { path: { id } },
    body: { action: 'rate', rating, receipt, key, ...(reason ? { reason } : {}) },
    ...asNobody,
  });
  const read = (_: string, minSeq: number) =>
    http.GET('/api/warnings/{id}', {
      params: { path: { id }, header: { 'Onemap-Receipt': receipt }, query: { 'min-seq': minSeq } },
      cache: 'no-store',
      ...asNobody,
    });
  return (await written(rated, read)).value;
};
