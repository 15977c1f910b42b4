// What the resident's page asks of the server: always as nobody, though somebody may be signed in on this phone.
import { answered, http, item, written } from '@/core/api/client';
import type { FeatureOf, Geometry } from '@/core/api/types';
import { learnCategories } from '@/core/i18n/words';
import type { Case, Rules } from '@/core/ledger/types';

const asNobody = { credentials: 'omit' } as const;

/** A building by the id on its plate; null where there is none of that id. */
export const building = (id: string): Promise<FeatureOf<'buildings'> | null> => item('buildings', id, asNobody);

export interface Found {
  id: string;
  name: string;
  geometry: Geometry | null;
}

/** Places by name, the best first. */
export async function search(words: string): Promise<Found[]> {
  const found = await answered(http.GET('/api/search', { params: { query: { q: words, limit: 6 } }, ...asNobody }));
  return found.features.map((f) => ({ id: f.id, name: f.properties.name ?? f.id, geometry: f.geometry }));
}

/** The name of the building next to a point, to say a place in words; empty where none is near. */
export async function nearestName(lon: number, lat: number): Promise<string> {
  const near = await answered(
    http.GET('/api/nearest', { params: { query: { collection: 'buildings', lon, lat, k: 1 } }, ...asNobody }),
  );
  const [first] = near.features;
  return first && (first.properties.distance_m ?? 0) < 80
    ? (first.properties.name ?? first.properties.address ?? '')
    : '';
}

/** The rules in force, as far as they concern who reports. */
export async function rules(): Promise<Pick<Rules, 'categories' | 'privacy'>> {
  const told = await answered(http.GET('/api/rules', asNobody));
  learnCategories(told.categories);
  return told;
}

/** One's own case, by its receipt. */
export const follow = (id: string, receipt: string): Promise<Case> =>
  answered(
    http.GET('/api/warnings/{id}', { params: { path: { id }, query: { receipt } }, cache: 'no-store', ...asNobody }),
  );

export const rate = async (id: string, receipt: string, rating: number, key: string): Promise<Case> => {
  const rated = http.POST('/api/warnings/{id}/actions', {
    params: { path: { id } },
    body: { action: 'rate', rating, receipt, key },
    ...asNobody,
  });
  const read = (_: string, minSeq: number) =>
    http.GET('/api/warnings/{id}', {
      params: { path: { id }, query: { receipt, 'min-seq': minSeq } },
      cache: 'no-store',
      ...asNobody,
    });
  return (await written(rated, read)).value;
};
