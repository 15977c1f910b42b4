// What the form of a siting problem needs to know about the layers of the map: their numeric
// properties, and their features as candidates.
import { answered, http } from '@/core/api/client';
import type { Bilingual } from '@/core/i18n/lang';
import { signPlace } from '@/core/map/bounds';
import { positionOf } from './draft';
import type { Candidate } from './marks';

/** The most features of a layer that are listed as candidates. */
const MOST = 1000;

export interface NumberProperty {
  name: string;
  title: Bilingual;
}

/** The numeric properties in the JSON Schema of a collection. */
export function numbersOf(schema: Record<string, unknown>): NumberProperty[] {
  const properties = (schema['properties'] ?? {}) as Record<string, Record<string, unknown>>;
  return Object.entries(properties).flatMap(([name, property]) => {
    const types = new Set([property['type']].flat());
    if (!types.has('number') && !types.has('integer')) return [];
    const text = (key: string): string => (typeof property[key] === 'string' ? property[key] : name);
    return [{ name, title: { zh: text('title'), en: text('x-onemap-title-en') } }];
  });
}

export const numberProperties = async (collectionId: string): Promise<NumberProperty[]> =>
  numbersOf(await answered(http.GET('/api/collections/{collectionId}/schema', { params: { path: { collectionId } } })));

/** The features of a layer as candidates, and how many there are. `filter` is CQL2 text. */
export async function layerCandidates(
  collectionId: string,
  filter: string,
): Promise<{ candidates: Candidate[]; count: number }> {
  const { features, numberMatched } = await answered(
    http.GET('/api/collections/{collectionId}/items', {
      params: {
        path: { collectionId },
        query: { limit: MOST, ...(filter === '' ? {} : { filter, 'filter-lang': 'cql2-text' as const }) },
      },
    }),
  );
  const candidates = features.flatMap(({ id, geometry, properties }): Candidate[] => {
    const position = signPlace(geometry);
    const name = (properties as Record<string, unknown> | null)?.['name'];
    return position
      ? [{ id, name: typeof name === 'string' && name !== '' ? name : id, position: positionOf(position) }]
      : [];
  });
  return { candidates, count: numberMatched ?? features.length };
}
