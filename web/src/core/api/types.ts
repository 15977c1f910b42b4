// The shapes of the interface that the pages use, out of the OpenAPI document (`schema.ts`, made by `npm run types`).
// What that leaves open is written here: the properties of a collection that it has no name for, and the feed.
import type { Geometry } from 'geojson';
import type { components } from './schema';

type Schemas = components['schemas'];

/** west, south, east, north; degrees, WGS 84. */
export type Bbox = [number, number, number, number];

export type Feature<P = Record<string, unknown>> = Omit<Schemas['Feature'], 'geometry' | 'properties'> & {
  geometry: Geometry | null;
  properties: P;
};
export type FeatureCollection<P = Record<string, unknown>> = Omit<Schemas['FeatureCollection'], 'features'> & {
  features: Feature<P>[];
};

export type Link = Schemas['Link'];
export type Landing = Omit<Schemas['Landing'], 'extent'> & { extent?: { bbox: Bbox | null } };
export type Collection = Schemas['CollectionShown'];
export type GridStatus = Schemas['GridStatus'];
export type GridStatuses = Schemas['GridStatuses'];
export type GridProperties = Schemas['GridsProperties'];
export type WarningProperties = Schemas['WarningsProperties'];
export type Session = Schemas['Session'];
export type SignIn = Schemas['SignIn'];

export interface Change {
  collection: string;
  id: string;
  kind: 'put' | 'delete';
  feature?: Feature | null;
}

/** One commit on the feed: its changes or, where it is large, what was touched. */
export interface CommitEvent {
  seq: number;
  at: string;
  changes?: Change[];
  reset?: { collection: string; bbox: Bbox | null }[];
}
