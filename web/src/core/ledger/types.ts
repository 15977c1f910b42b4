// A case of the warning ledger (红黄绿三色预警台账) as the interface sends it: its properties are its whole
// state, its history is the list of its steps. The types are those of the OpenAPI document.
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

/** What people may do with a case. */
export type Action = Schemas['RequestableAction'];
export const ACTIONS = [
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

/** What a step may be: an action, the report, or a mark of the system, which moves no case. */
export type StepAction = Schemas['Action'];

export type CaseProperties = Schemas['WarningsProperties'];
export type Source = Schemas['Source'];
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
/** A case; `allowed` and `turn` stand there for callers that the server knows. */
export type Case = Schemas['Case'];
export type History = Schemas['History'];

/** A report, and a step of a case, as they are sent. */
export type ReportBody = Schemas['ReportBody'];
export type ActionBody = Schemas['ActionBody'];

export type Duplicate = Schemas['Duplicate'];
export type Duplicates = Schemas['DuplicateCollection'];

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
export type SilenceMatchBody = Schemas['SilenceMatchBody'];
/** Until its end, notices of what it matches are held back. */
export type Silence = Schemas['Silence'];
export type RuleCategory = Schemas['CategoryRule'];
export type Rules = Schemas['RulesInForce'];
