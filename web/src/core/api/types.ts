// Names for the shapes of the interface that the pages use. All of them come out of the OpenAPI document (`schema.ts`,
// made by `npm run types`).
import type { components } from './schema';

type Schemas = components['schemas'];

/** west, south, east, north; degrees, WGS 84. The interface sends lists of numbers: `boxOf` reads one. */
export type Bbox = [number, number, number, number];

export type Geometry = Schemas['Geometry'];

/** `pocket_parks` has the schema `PocketParksProperties`. */
type Words<Name extends string> = Name extends `${infer Word}_${infer Rest}`
  ? `${Capitalize<Word>}${Words<Rest>}`
  : Capitalize<Name>;
/** The properties of a collection as it is built in; of one that is not, nothing is known of them. */
export type PropertiesOf<Collection extends string> = `${Words<Collection>}Properties` extends keyof Schemas
  ? Schemas[`${Words<Collection>}Properties`]
  : Schemas['Feature']['properties'];

/** A feature of any collection. */
export type Feature = Schemas['Feature'];
/** A feature of a collection with this id. */
export type FeatureOf<Collection extends string> = Omit<Feature, 'properties'> & {
  properties: PropertiesOf<Collection>;
};

export type Link = Schemas['Link'];
export type Landing = Schemas['Landing'];
export type Collection = Schemas['CollectionShown'];
export type GridStatus = Schemas['GridStatus'];
export type GridStatuses = Schemas['GridStatuses'];
export type GridProperties = PropertiesOf<'grids'>;
export type WarningProperties = PropertiesOf<'warnings'>;
export type Session = Schemas['Session'];
export type Accepted = Schemas['Accepted'];
/** A hit of the search by name. */
export type Hit = Schemas['Found']['features'][number];

/** One commit on the feed: its changes or, where it is large, what was touched. */
export type CommitEvent = Schemas['FeedCommit'];
export type Heartbeat = Schemas['FeedTime'];
export type Change = Schemas['FeedChange'];
/** A change of a collection with this id. */
export type ChangeOf<Collection extends string> = Omit<Change, 'collection' | 'feature'> & {
  collection: Collection;
  feature?: FeatureOf<Collection> | null;
};

/** Whether a change is one of that collection. */
export const isOf = <Collection extends string>(
  change: Change,
  collection: Collection,
): change is ChangeOf<Collection> & Change => change.collection === collection;
