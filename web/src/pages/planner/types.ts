// The types of requests and answers of `/api/plan`: coverage, scenarios and sitings.
import type { Feature as GeoJsonFeature, Geometry } from 'geojson';
import type { components } from '@/core/api/schema';
import type { Bilingual } from '@/core/i18n/lang';
import type { Area, By, Coverage, Standard, Uncovered } from '@/core/planning/types';

type Schemas = components['schemas'];

export type { Area, By, Coverage, Standard, Uncovered };

/** An uncommitted change of the map: a new feature, changed properties, or a deletion. */
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

/** The question that is saved with the edits of a scenario. */
export interface SavedQuestion {
  /** The parameters of the page's address that define the question. */
  address: Record<string, string>;
  /** The solver's run, if the solver chose the sites. */
  siting?: SitingRecord;
}

/** The part of a solver's run that the report prints. */
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
  /** The changes of the map since commit `seq`; null if nothing but warnings has changed. */
  moved_on: { commits: number; touched: { collection: string; id: string }[] } | null;
}

export type Problem = Schemas['SitingProblem'];
export type SitingBody = Omit<Schemas['SitingBody'], 'edits'> & { edits?: Edit[] };
export type Site = Schemas['SitingSite'];
export type PlanFigures = Schemas['SitingFigures'];
/** The API document types the request in a result only as an object. */
export type SitingResult = Omit<Schemas['SitingResult'], 'question'> & { question: SitingBody };

/** The coverage in each hour of a week. */
export type Week = Schemas['WeekAnswer'];

export type JobState = Schemas['JobShown']['state'];
/** A planning job. For `problem: access`, `Result` is `AccessResult`. */
export type SitingJob<Result = SitingResult> = Omit<Schemas['JobShown'], 'result'> & { result?: Result | null };

export type AccessObjective = 'rider_minutes' | 'walking_minutes' | 'aed_people';

export interface AccessBody {
  problem: 'access';
  objective: AccessObjective;
  k?: number;
  at?: string;
  /** The ids of the compounds whose gates and lanes may change; all if it is missing. */
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

/** The result for `problem: access`: which rules of access should change. */
export interface AccessResult {
  objective: AccessObjective;
  singles: { id: string; title: Bilingual; edits: Edit[]; saved: AccessSaved; sentence: Bilingual }[];
  /** How many measured changes `singles` leaves out, because they have no visible gain. Jobs of earlier versions have none. */
  without_gain?: number;
  best: {
    changes: string[];
    saved: AccessSaved;
    bound: number | null;
    gap: number | null;
    stop_reason: string;
  } | null;
  /** The assumed deliveries from which the minutes are computed. */
  deliveries: { per_household_day: number; source: Bilingual; verified: boolean };
  seq: number;
  network_seq: number;
  notes?: Bilingual[];
}
