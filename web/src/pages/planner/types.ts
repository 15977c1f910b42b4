// The shapes of planning: coverage, scenarios and sitings, as `/api/plan` sends them.
import type { Feature as GeoJsonFeature, Geometry, Polygon } from 'geojson';
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

export type Problem = 'mclp' | 'lscp' | 'p-median' | 'p-center' | 'relocation';

export interface SitingBody {
  problem: Problem;
  title?: string;
  standard: Schemas['StandardBody'];
  facility?: Schemas['FacilityBody'];
  at?: string;
  profile?: string;
  edits?: Edit[];
  k?: number;
  budget?: number;
  share?: number;
  moves?: number;
  existing?: 'keep' | 'replace' | 'ignore';
  candidates?: {
    layer?: { collection: string; filter?: string; cost?: string; capacity?: string };
    points?: { id?: string; name?: string; lon: number; lat: number; cost?: number; capacity?: number }[];
    areas?: { polygons: Polygon[]; spacing_m?: number };
    hosts?: { collection: string; filter?: string };
    generate?: { spacing_m?: number };
  };
  placement?: boolean;
  required?: string[];
  forbidden?: string[];
  min_distance_m?: number;
  capacity?: number;
  community_share?: number;
  backup?: boolean;
  gradual_until?: number;
  plans?: number;
  robustness?: { samples?: number; demand_sd?: number; speed_sd?: number; missing_links?: number } | null;
  time_limit_s?: number;
}

/** A site of a plan. */
export interface Site {
  id: string;
  name?: string | null;
  position: [number, number];
  existing?: boolean;
  cost?: number | null;
  /** The people whom it serves, or covers first. */
  people?: number | null;
  /** The station that moved here. */
  from?: string | null;
}

export interface PlanFigures {
  demand: number;
  covered: number | null;
  share: number | null;
  walking_mean_m?: number | null;
  walking_mean_s?: number | null;
  worst?: number | null;
  unreached?: number | null;
  cost?: number | null;
}

export interface SitingResult {
  problem: Problem;
  incumbent: number | null;
  bound: number | null;
  gap: number | null;
  stop_reason: string;
  seconds: number;
  objective?: ({ name: string; unit: string; maximised: boolean } & Bilingual) | null;
  sites: Site[];
  figures: PlanFigures | null;
  before: Partial<PlanFigures> | null;
  least_walking?: boolean;
  conflicts?: { constraint: string; name: Bilingual }[];
  plans: { incumbent: number; sites: Site[]; figures: PlanFigures; is_proven?: boolean }[];
  robustness: { samples: number; infeasible?: number; sites: { id: string; chosen: number }[] } | null;
  candidates?: {
    count: number;
    refused: { id: string; name?: string | null; position: [number, number]; why: Bilingual }[];
    refused_left_off?: number;
  } | null;
  curve?: { k: number; covered: number; share: number; is_proven?: boolean }[] | null;
  /** The request. */
  question?: SitingBody;
  standard?: Standard;
  seq: number;
  network_seq: number;
  notes?: Bilingual[];
}

export type JobState = 'queued' | 'running' | 'done' | 'cancelled' | 'failed' | 'lost';

/** A siting job; `Result` is that of the question which rule should change for `problem: access`. */
export interface SitingJob<Result = SitingResult> {
  id: string;
  kind: string;
  state: JobState;
  cancelling: boolean;
  progress?: {
    stage: string;
    share: number;
    done: number;
    incumbent?: number | null;
    bound?: number | null;
    gap?: number | null;
  } | null;
  seq?: number | null;
  result?: Result | null;
  problem?: string | null;
  problem_zh?: string | null;
  created_at: string;
}

export type AccessObjective = 'rider_minutes' | 'walking_minutes' | 'aed_people';

export interface AccessBody {
  problem: 'access';
  objective: AccessObjective;
  k?: number;
  at?: string;
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
  seq: number;
  network_seq: number;
  notes?: Bilingual[];
}
