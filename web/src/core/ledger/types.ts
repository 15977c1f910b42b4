// Types of the warning ledger (红黄绿三色预警台账), from the OpenAPI document. The properties of a case are its present
// state; its history is the list of its steps.
import type { components } from '@/core/api/schema';

type Schemas = components['schemas'];

/** The status of a case. */
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

/** The actions that people can take on a case. */
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
  'urge',
  'supervise',
  'claim',
  'block',
  'publish',
  'note',
] as const satisfies readonly Action[];

/** The kind of a step: an action, the report, or a mark of the system, which does not change the status. */
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
/** Kinds of housing (老旧小区, 商品房, 商住楼), in the order of all lists. */
export const HOUSING = ['old_estate', 'commodity', 'mixed_use'] as const satisfies readonly Housing[];

export type PhotoKind = Schemas['PhotoKind'];
export type Photo = NonNullable<CaseProperties['photos']>[number];
/** A step of a case, without fields that the caller may not see. */
export type Step = Schemas['Step'];
/** A case. Callers with an account or a receipt also get `allowed` and `turn`. */
export type Case = Schemas['Case'];
export type History = Schemas['History'];

/** The bodies of requests: a report, and a step of a case. */
export type ReportBody = Schemas['ReportBody'];
export type ActionBody = Schemas['ActionBody'];

export type Duplicate = Schemas['Duplicate'];
export type Duplicates = Schemas['DuplicateCollection'];

/** A unit that could get a case, with reasons. */
export type UnitSuggestion = Schemas['UnitSuggestion'];
export type UnitRanking = Schemas['UnitRanking'];
export type FigureRow = Schemas['FigureRow'];
/** The figures of a month, beside those of the month before. */
export type Figures = Schemas['MonthReport'];
/** The patrol rounds of a community in a month. */
export type CommunityRounds = Schemas['CommunityRounds'];
export type ImportProblem = Schemas['SheetProblem'];
/** A new row of a sheet whose position is far from everything on the map. */
export type FarRow = Schemas['FarRow'];
/** The result of importing one row of a sheet. */
export type ImportedRow = Schemas['ImportedRow'];
/** The result of an import, or of its dry run. */
export type ImportReport = Schemas['ImportReport'];
export type UploadedPhoto = Schemas['PhotoTaken'];
/** The cases that a silence matches; all given values must match. */
export type SilenceMatch = Schemas['SilenceMatch'];
export type SilenceMatchBody = Schemas['SilenceMatchBody'];
/** A silence: it holds back the notices of matching cases until it ends. */
export type Silence = Schemas['Silence'];
/** Which ways near a case are closed, and for whom. */
export type Blocks = Schemas['Blocks'];
export type RuleCategory = Schemas['CategoryRule'];
export type Rules = Schemas['RulesInForce'];
