// A case of the warning ledger (红黄绿三色预警台账) as the interface sends it: its properties are its whole
// state, its history is the list of its steps. The types are those of the OpenAPI document; only the bodies of requests,
// which it leaves open, are written here.
import type { Geometry } from 'geojson';
import type { components } from '@/core/api/schema';

type Schemas = components['schemas'];

/** Where a case stands. */
export type Status = Schemas['Status'];
export const STATUSES = [
  'reported',
  'filed',
  'dispatched',
  'returned',
  'handling',
  'handled',
  'verified',
  'parked',
  'closed',
  'rejected',
  'merged',
] as const satisfies readonly Status[];

/** Marks of the system, which move no case: its level moved, a report joined it, another was merged into it. */
export type Mark = Extract<Schemas['Action'], 'level' | 'join' | 'absorb'>;
/** What people may do with a case. */
export type Action = Exclude<Schemas['Action'], Mark>;
export const ACTIONS = [
  'report',
  'file',
  'reject',
  'merge',
  'dispatch',
  'return',
  'start',
  'handle',
  'verify',
  'close',
  'extend',
  'park',
  'resume',
  'reopen',
  'rate',
  'note',
] as const satisfies readonly Action[];

export type CaseProperties = Schemas['WarningsProperties'];
export type Source = NonNullable<CaseProperties['source']>;
export const SOURCES = [
  'resident',
  'hotline',
  'rider',
  'grid_worker',
  'camera',
  'sensor',
  'unit',
  'rule',
] as const satisfies readonly Source[];

export type Housing = NonNullable<CaseProperties['housing']>;
/** Kinds of housing (老旧小区, 商品房, 商住楼), in the order of every list. */
export const HOUSING = ['old_estate', 'commodity', 'mixed_use'] as const satisfies readonly Housing[];

export type PhotoKind = Schemas['PhotoKind'];
export type Photo = NonNullable<CaseProperties['photos']>[number];
/** One step of a case; what the caller's role may not see is missing. */
export type Step = Schemas['Step'];
/** A case; `allowed` and `turn` stand there for callers that the server knows. Nobody is allowed a mark. */
export type Case = Omit<Schemas['Case'], 'geometry' | 'allowed'> & { geometry: Geometry | null; allowed?: Action[] };
export type History = Schemas['History'];

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

export type Duplicate = Omit<Schemas['Duplicate'], 'geometry'> & { geometry: Geometry | null };
export type Duplicates = Omit<Schemas['DuplicateCollection'], 'features'> & { features: Duplicate[] };

/** A unit that might take a case, and why. */
export type UnitSuggestion = Schemas['UnitSuggestion'];
export type FigureRow = Schemas['FigureRow'];
export type Figures = Schemas['Figures'];
export type ImportProblem = Schemas['SheetProblem'];
/** A new row of a sheet that lies far from everything on the map. */
export type FarRow = Schemas['FarRow'];
/** What becomes of one row of a sheet. */
export type ImportedRow = Schemas['ImportedRow'];
/** What an import does, or with `dry_run` would do. */
export type ImportReport = Schemas['ImportReport'];
export type UploadedPhoto = Schemas['PhotoTaken'];
/** What a silence is of: all that is named must fit. */
export type SilenceMatch = Schemas['SilenceMatch'];
/** Until its end, notices of what it matches are held back. */
export type Silence = Schemas['Silence'];
export type RuleCategory = Schemas['CategoryRule'];
export type Rules = Schemas['RulesInForce'];
