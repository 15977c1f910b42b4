// What the resident's page asks of the server: always as nobody, though somebody may be signed in on this phone.
import type { Geometry } from 'geojson';
import { ApiError, ask } from '@/core/api/client';
import type { Feature, FeatureCollection } from '@/core/api/types';
import { learnCategories } from '@/core/i18n/words';
import type { Case, Rules } from '@/core/ledger/types';

const asNobody = { credentials: 'omit', headers: { accept: 'application/json' } } as const;

async function get<T>(path: string): Promise<T> {
  return (await (await ask(path, asNobody)).json()) as T;
}

export interface BuildingProperties {
  name?: string;
  number?: string;
  address?: string;
}

/** A building by the id on its plate; null where there is none of that id. */
export async function building(id: string): Promise<Feature<BuildingProperties> | null> {
  try {
    return await get(`/api/collections/buildings/items/${encodeURIComponent(id)}`);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

export interface Found {
  id: string;
  name: string;
  geometry: Geometry | null;
}

/** Places by name, the best first. */
export async function search(words: string): Promise<Found[]> {
  const found = await get<FeatureCollection<{ name?: string }>>(`/api/search?${new URLSearchParams({ q: words, limit: '6' })}`);
  return found.features.map((f) => ({ id: f.id, name: f.properties.name ?? f.id, geometry: f.geometry }));
}

/** The name of the building next to a point, to say a place in words; empty where none is near. */
export async function nearestName(lon: number, lat: number): Promise<string> {
  const near = await get<FeatureCollection<BuildingProperties & { distance_m?: number }>>(`/api/nearest?${new URLSearchParams({ collection: 'buildings', lon: String(lon), lat: String(lat), k: '1' })}`);
  const [first] = near.features;
  return first && (first.properties.distance_m ?? 0) < 80 ? (first.properties.name ?? first.properties.address ?? '') : '';
}

/** The rules in force, as far as they concern who reports. */
export async function rules(): Promise<Pick<Rules, 'categories' | 'privacy'>> {
  const told = await get<Rules>('/api/rules');
  learnCategories(told.categories);
  return told;
}

/** One's own case, by its receipt. */
export const follow = async (id: string, receipt: string): Promise<Case> =>
  (await (await ask(`/api/warnings/${encodeURIComponent(id)}?${new URLSearchParams({ receipt })}`, { ...asNobody, cache: 'no-store' })).json()) as Case;

export async function rate(id: string, receipt: string, rating: number, key: string): Promise<void> {
  await ask(`/api/warnings/${encodeURIComponent(id)}/actions`, {
    method: 'POST',
    credentials: 'omit',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ action: 'rate', rating, receipt, key }),
  });
}
