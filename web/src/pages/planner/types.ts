// The shapes of planning: coverage, scenarios and sitings, as `/api/plan` sends them.
import type { Feature as GeoJsonFeature, Geometry } from 'geojson';
import type { components } from '@/core/api/schema';
import type { Bilingual } from '@/core/i18n/lang';

type Schemas = components['schemas'];

export type Standard = Schemas['StandardShown'];
export type Coverage = Schemas['CoverageAnswer'];
export type Area = Schemas['AreaAnswer'];
export type Uncovered = Schemas['UncoveredPlace'];
export type By = 'community' | 'grid' | 'street' | 'housing' | 'building';

/** A change of the map that a scenario tries: a new feature, changed properties, or a removal. */
export interface Edit {
  collection: string;
  id: string;
  op: 'put' | 'patch' | 'delete';
  /** The whole feature of a `put`. */
  feature?: GeoJsonFeature;
  /** The changed properties of a `patch`; null removes one (RFC 7396). */
  properties?: Record<string, unknown>;
  geometry?: Geometry;
}

export interface CoverageBody {
  standard: Schemas['StandardBody'];
  facility?: Schemas['FacilityBody'];
  by?: By;
  at?: string;
  profile?: string;
  add?: { lon: number; lat: number }[];
  without?: string[];
  limit?: number;
  edits?: Edit[];
  scenario?: string;
  brief?: boolean;
}

/** What a saved scenario remembers of the question, besides its edits. */
export interface SavedQuestion {
  /** The address of the question on this page. */
  address: Record<string, string>;
  /** The report of the solver that the sites come from, if it chose them. */
  siting?: SitingRecord;
}

/** What a report says of a solver's run. */
export type SitingRecord = Pick<
  SitingResult,
  'problem' | 'incumbent' | 'bound' | 'gap' | 'stop_reason' | 'seconds' | 'seq' | 'network_seq'
> & { job: string; title: string; asked: SitingBody };

export interface Scenario {
  id: string;
  name: string;
  author: string;
  created_at: string;
  saved_at: string;
  saved_by: string;
  version: number;
  seq: number;
  edits: Edit[];
  question: SavedQuestion | null;
  /** How the map has changed since `seq`. */
  moved_on: { commits: number; touched: { collection: string; id: string }[] } | null;
}

export type Problem = Schemas['SitingProblem'];
export type SitingBody = Omit<Schemas['SitingBody'], 'edits'> & { edits?: Edit[] };
export type Site = Schemas['SitingSite'];
export type PlanFigures = Schemas['SitingFigures'];
/** The document describes the request in a result only as an object. */
export type SitingResult = Omit<Schemas['SitingResult'], 'question'> & { question: SitingBody };

export type JobState = Schemas['JobShown']['state'];
/** A siting job; `Result` is that of the question which rule should change for `problem: access`. */
export type SitingJob<Result = SitingResult> = Omit<Schemas['JobShown'], 'result'> & { result?: Result | null };

export type AccessObjective = 'rider_minutes' | 'walking_minutes' | 'aed_people';

export interface AccessBody {
  problem: 'access';
  objective: AccessObjective;
  k?: number;
  at?: string;
  /** Only changes in these compounds. */
  compounds?: string[];
  edits?: Edit[];
  time_limit_s?: number;
}

export interface AccessSaved {
  rider_minutes_day: number;
  walking_minutes_day: number;
  aed_people: number;
  households: number;
}

/** The result of the question which rule should change. */
export interface AccessResult {
  objective: AccessObjective;
  singles: { id: string; title: Bilingual; edits: Edit[]; saved: AccessSaved; sentence: Bilingual }[];
  best: {
    changes: string[];
    saved: AccessSaved;
    bound: number | null;
    gap: number | null;
    stop_reason: string;
  } | null;
  /** What the minutes rest on. */
  deliveries: { per_household_day: number; source: Bilingual; verified: boolean };
  seq: number;
  network_seq: number;
  notes?: Bilingual[];
}
