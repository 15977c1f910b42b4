// A case of the warning ledger (红黄绿三色预警台账) as the interface sends it: its properties are its whole
// state, its history is the list of its steps.
import type { Feature, FeatureCollection } from '@/core/api/types';
import type { Bilingual } from '@/core/i18n/lang';
import type { Level } from '@/core/levels/levels';

/** Where a case stands. */
export const STATUSES = ['reported', 'filed', 'dispatched', 'returned', 'handling', 'handled', 'verified', 'parked', 'closed', 'rejected', 'merged'] as const;
export type Status = (typeof STATUSES)[number];

/** What people may do with a case. */
export const ACTIONS = ['report', 'file', 'reject', 'merge', 'dispatch', 'return', 'start', 'handle', 'verify', 'close', 'extend', 'park', 'resume', 'reopen', 'rate'] as const;
export type Action = (typeof ACTIONS)[number];

/** Marks of the system, which move no case: its level moved, a report joined it, another was merged into it. */
export type Mark = 'level' | 'join' | 'absorb';

export const SOURCES = ['resident', 'hotline', 'rider', 'grid_worker', 'camera', 'sensor', 'unit', 'rule'] as const;
export type Source = (typeof SOURCES)[number];

/** Kinds of housing (老旧小区, 商品房, 商住楼), in the order of every list. */
export const HOUSING = ['old_estate', 'commodity', 'mixed_use'] as const;
export type Housing = (typeof HOUSING)[number];

export type PhotoKind = 'report' | 'before' | 'after' | 'other';

export interface Photo {
  id: string;
  kind?: PhotoKind;
  /** RFC 3339. */
  at?: string;
}

/** One step of a case; what the caller's role may not see is missing. */
export interface Step {
  /** From 1. */
  n?: number;
  action: Action | Mark;
  at: string;
  role?: string;
  account?: string;
  /** The unit of the account. */
  unit?: string;
  from?: Status | null;
  to?: Status;
  /** The unit that a dispatch names. */
  to_unit?: string;
  note?: string;
  /** A person's words. */
  reason?: string | Partial<Bilingual>;
  /** Why the level from here on. */
  why?: Partial<Bilingual>;
  /** How many more reports the case stands for. */
  reports?: number;
  photos?: (string | Photo)[];
  due_at?: string;
  into?: string;
  result?: 'pass' | 'fail';
  rating?: number;
  /** How far from the case it was verified; metres. */
  distance_m?: number;
  until?: string;
  level?: Level;
  notice?: string | { silenced_by?: string; inhibited_by?: string };
}

export interface CaseProperties {
  category: string;
  level?: Level;
  /** When it came to its level. */
  since?: string;
  status?: Status;
  grid?: string;
  /** The grid of its community. */
  community?: string;
  compound?: string;
  building?: string;
  housing?: Housing;
  place?: string;
  unit?: string;
  source?: Source;
  reported_at?: string;
  due_at?: string;
  /** Set only where it is overdue. */
  overdue_at?: string;
  filed_at?: string;
  dispatched_at?: string;
  handled_at?: string;
  /** Also when it was rejected or merged: the moment it ended. */
  closed_at?: string;
  parked_until?: string;
  merged_into?: string;
  /** How many reports it stands for. */
  reports?: number;
  reason?: Partial<Bilingual>;
  /** How many steps it has gone. */
  steps?: number;
  /** Held back as likely spam; counts nowhere. */
  held?: boolean;
  /** A drill; never counted. */
  exercise?: boolean;
  demo?: boolean;
  // Grid workers and above:
  note?: string;
  step?: Step;
  photos?: Photo[];
  rating?: number;
  // Officers:
  hotline_number?: string;
}

/** A case; `allowed` and `turn` stand there for callers that the server knows. */
export interface Case extends Feature<CaseProperties> {
  allowed?: Action[];
  turn?: unknown;
  /** The reporter's secret, once, in answer to the report. */
  receipt?: string;
  /** What a reporter with a receipt sees. */
  progress?: { status: Status; at: string }[];
}

export interface History {
  id: string;
  steps: Step[];
}

/** `POST /api/warnings`; a place is a geometry or a building. */
export interface NewCase {
  category: string;
  geometry?: GeoJSON.Geometry;
  building?: string;
  note?: string;
  source?: Source;
  photos?: string[];
  contact?: string;
  hotline_number?: string;
  exercise?: boolean;
  /** Made by the client: sending it twice makes one case. */
  key?: string;
}

/** `POST /api/warnings/{id}/actions` */
export interface ActionRequest {
  action: Action;
  note?: string;
  reason?: string;
  photos?: string[];
  unit?: string;
  due_at?: string;
  into?: string;
  result?: 'pass' | 'fail';
  position?: { lon: number; lat: number };
  until?: string;
  rating?: number;
  receipt?: string;
  key?: string;
}

export type DuplicateProperties = CaseProperties & { distance_m?: number; hours_ago?: number };
export type Duplicate = Feature<DuplicateProperties> & { distance_m?: number; hours_ago?: number };
export type Duplicates = Omit<FeatureCollection<DuplicateProperties>, 'features'> & { features: Duplicate[] };

/** A unit that might take a case, and why. */
export interface UnitSuggestion {
  id: string;
  name: string;
  score: number;
  competent: boolean;
  serves: boolean;
  /** Missing where its hours are not known. */
  on_duty: boolean | null;
  open_cases: number;
  distance_m?: number | null;
  why?: Partial<Bilingual>;
}

export interface FigureRow {
  key: string;
  name?: string;
  reported: number;
  filed: number;
  rejected: number;
  closed: number;
  on_time: number;
  /** 0 to 1; missing where nothing was closed. */
  on_time_share?: number | null;
  returned: number;
  reopened: number;
  rated: number;
  rating_mean?: number | null;
  hours_to_close_median?: number | null;
}

/** `GET /api/warnings/figures?month=` */
export interface Figures {
  month: string;
  by: { community: FigureRow[]; unit: FigureRow[]; category: FigureRow[] };
  total: FigureRow;
}

export interface ImportProblem {
  row: number;
  column?: string | null;
  problem: string;
  problem_zh?: string;
}

/** A new row of a sheet that lies far from everything on the map. */
export interface FarRow {
  /** The name of its sheet, in a workbook. */
  sheet?: string;
  row: number;
  id: string;
  /** Longitude and latitude, degrees. */
  at: [number, number];
  problem: string;
  problem_zh?: string;
}

/** What becomes of one row of a sheet. */
export interface ImportedRow {
  row: number;
  becomes: 'created' | 'updated' | 'unchanged';
  id?: string;
  category?: string;
  level?: Level;
  status?: Status;
  place?: string | null;
  grid?: string | null;
  community?: string | null;
  unit?: string | null;
  reported_at?: string;
}

/** What an import does, or with `dry_run` would do. */
export interface ImportReport {
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  problems: ImportProblem[];
  /** Headers that no column of the ledger has. */
  ignored?: string[];
  preview?: ImportedRow[];
  /** How many new rows lie far from everything on the map, and the first of them. */
  far_away?: number;
  far?: FarRow[];
}

export interface UploadedPhoto {
  id: string;
  claim: string;
  width: number;
  height: number;
}

/** What a silence is of: all that is named must fit. */
export interface SilenceMatch {
  grid?: string;
  community?: string;
  category?: string;
  warning?: string;
}

/** Until its end, notices of what it matches are held back. */
export interface Silence {
  id: string;
  match: SilenceMatch;
  reason: string;
  /** RFC 3339. */
  until: string;
  at: string;
  account?: string;
}

export interface RuleCategory {
  id: string;
  zh: string;
  en: string;
  /** Whether handling it needs a photo. */
  photo?: boolean;
}

/** `GET /api/rules` */
export interface Rules {
  categories: RuleCategory[];
  /** A reporter's contact is erased so many days after the case ended. */
  privacy?: { contact_days?: number };
  in_force_since?: string;
  problem?: { file?: string; line?: number; column?: number; problem?: string; expected?: string } | null;
}
