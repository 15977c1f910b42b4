// Micro-wishes (微心愿): what a resident asks for themselves. Their place is private: the public sees only the grid.
import { answered, http } from '@/core/api/client';
import type { components } from '@/core/api/schema';
import type { Case, CaseProperties } from './types';

export type WishBoard = components['schemas']['WishBoard'];
export type BoardWish = components['schemas']['BoardWish'];

export const isWish = ({ category }: Pick<CaseProperties, 'category'>): boolean => category === 'micro_wish';

/** The open wishes that an officer published, and the figures of those that were fulfilled. */
export const wishBoard = (signal?: AbortSignal): Promise<WishBoard> =>
  answered(http.GET('/api/wishes', { signal, cache: 'no-cache' }));

/**
 * A case with its private place, if the caller may see it, where pages look for the place of any case. Others get the
 * point of the grid that the public sees.
 */
export function revealed<C extends Pick<Case, 'geometry' | 'properties'>>(c: C): C {
  const own = c.properties.private_place;
  if (!own) return c;
  const { lon, lat, place, building, building_unit, compound, entrance } = own;
  const said = { place, building, building_unit, compound, entrance };
  const known = Object.fromEntries(Object.entries(said).filter(([, text]) => text !== undefined));
  const geometry = lon === undefined || lat === undefined ? c.geometry : { type: 'Point', coordinates: [lon, lat] };
  return { ...c, geometry, properties: { ...c.properties, ...known } } as C;
}
