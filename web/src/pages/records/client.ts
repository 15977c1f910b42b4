// Requests of the page: the features of a collection, its schema, and writes under the condition that nobody else
// changed the feature meanwhile.
import { allItems, answered, done, http, whole } from '@/core/api/client';
import type { Feature } from '@/core/api/types';

export type Properties = Record<string, unknown>;

/** A feature of one of the collections that the page keeps. */
export interface Row {
  id: string;
  geometry: Feature['geometry'];
  properties: Properties;
}

export type CollectionName = 'duties' | 'projects';

export async function rowsOf(collection: CollectionName, signal?: AbortSignal): Promise<Row[]> {
  const all = await allItems(collection as string, signal);
  return all.map(({ id, geometry, properties }) => ({
    id: String(id),
    geometry,
    properties: properties as Properties,
  }));
}

/** The schema of a property, as far as the form needs it. */
export interface PropertySchema {
  title?: string;
  'x-onemap-title-en'?: string;
  description?: string;
  'x-onemap-description-en'?: string;
  type?: string;
  format?: string;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
  'x-onemap-values'?: Record<string, { zh: string; en: string }>;
}

export interface Schema {
  required?: string[];
  properties: Record<string, PropertySchema>;
}

export const schemaOf = async (collectionId: CollectionName): Promise<Schema> =>
  (await answered(
    http.GET('/api/collections/{collectionId}/schema', { params: { path: { collectionId } } }),
  )) as unknown as Schema;

/** A row as it is now, with its version. */
export async function read(
  collectionId: CollectionName,
  featureId: string,
): Promise<{ row: Row; etag: string | null }> {
  const { value, response } = await whole(
    http.GET('/api/collections/{collectionId}/items/{featureId}', {
      params: { path: { collectionId, featureId } },
      cache: 'no-cache',
    }),
  );
  const { id, geometry, properties } = value as Feature;
  return {
    row: { id: String(id), geometry, properties: properties as Properties },
    etag: response.headers.get('etag'),
  };
}

const bodyOf = ({ geometry, properties }: Omit<Row, 'id'>) => ({
  type: 'Feature' as const,
  geometry: geometry ?? null,
  properties,
});

export const create = (collectionId: CollectionName, row: Omit<Row, 'id'>): Promise<void> =>
  done(http.POST('/api/collections/{collectionId}/items', { params: { path: { collectionId } }, body: bodyOf(row) }));

/** Writes a row; with `etag`, only if it still has that version. */
export const put = (collectionId: CollectionName, row: Row, etag: string | null): Promise<void> =>
  done(
    http.PUT('/api/collections/{collectionId}/items/{featureId}', {
      params: { path: { collectionId, featureId: row.id } },
      headers: etag === null ? {} : { 'if-match': etag },
      body: bodyOf(row),
    }),
  );

export const remove = (collectionId: CollectionName, featureId: string): Promise<void> =>
  done(
    http.DELETE('/api/collections/{collectionId}/items/{featureId}', { params: { path: { collectionId, featureId } } }),
  );
