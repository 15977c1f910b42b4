// The shapes of the interface that the pages use. What the OpenAPI document describes comes from there
// (`schema.ts`, made by `npm run types`); answers that it leaves open, as GeoJSON, are written down here, as
// narrow as the pages need them.
import type { Geometry } from 'geojson';
import type { Bilingual } from '@/core/i18n/lang';
import type { components } from './schema';

/** west, south, east, north; degrees, WGS 84. */
export type Bbox = [number, number, number, number];

export interface Feature<P = Record<string, unknown>> {
  type: 'Feature';
  id: string;
  geometry: Geometry | null;
  properties: P;
  /** The commit that wrote this version. */
  seq: number;
  /** RFC 3339. */
  updated_at: string;
}

export interface Link {
  rel: string;
  href: string;
  type?: string;
  title?: string;
}

export interface FeatureCollection<P = Record<string, unknown>> {
  type: 'FeatureCollection';
  features: Feature<P>[];
  numberMatched?: number;
  links?: Link[];
}

/** `GET /api/` */
export interface Landing {
  title: string;
  description: string;
  extent?: { bbox: Bbox | null } | null;
  /** True where the data is the synthetic demo district. */
  demo: boolean;
  seq: number;
  /** When commit `seq` was made; RFC 3339. */
  at: string;
}

export interface Collection {
  id: string;
  title: string;
  description?: string;
  extent?: { spatial?: { bbox?: number[][] } } | null;
  itemCount?: number;
  onemap?: { title: Bilingual };
}

export interface GridStatus {
  id: string;
  code: string;
  kind: string;
  level: string;
  since: string | null;
  reason: Bilingual | null;
  open: { red: number; yellow: number; green: number };
}

/** `GET /api/grids/status` */
export interface GridStatuses {
  seq: number;
  at: string;
  grids: GridStatus[];
}

export interface GridProperties {
  code?: string;
  name?: string;
  kind?: string;
  parent?: string;
}

export interface WarningProperties {
  category: string;
  level?: string;
  since?: string;
  status?: string;
  grid?: string;
  /** The id of the community that the grid belongs to. */
  community?: string;
  /** The kind of the compound it is in: `old_estate`, `commodity` or `mixed_use`. */
  housing?: string;
  /** Held back as likely spam: it counts nowhere. */
  held?: boolean;
  /** A drill: shown as one, counted nowhere. */
  exercise?: boolean;
  place?: string;
  unit?: string;
  reason?: Bilingual;
  reported_at?: string;
  due_at?: string;
}

export type Session = components['schemas']['Session'];
export type SignIn = components['schemas']['SignIn'];

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
