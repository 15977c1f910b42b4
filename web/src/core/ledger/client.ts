// Requests to the ledger. Reports and steps have an idempotency key (`key`), which stays the same if a request is
// repeated after a lost answer, so that repeating it has no second effect.
import { under } from '@/core/api/root';
import { answered, ApiError, http, isWritten, pages, whole, written, type Whole } from '@/core/api/client';
import { learnCategories } from '@/core/i18n/words';
import { revealed } from './wish';
import {
  ACTIONS,
  STATUSES,
  type Action,
  type ActionBody,
  type Case,
  type Duplicates,
  type Figures,
  type History,
  type ImportReport,
  type ReportBody,
  type Rules,
  type Silence,
  type SilenceMatchBody,
  type UnitRanking,
  type UploadedPhoto,
} from './types';

/** A case with the entity tag of the version that was read, for `If-Match`. */
export interface Held {
  value: Case;
  etag: string | null;
}

const held = ({ value, response }: Whole<Case>): Held => ({
  value: revealed(value),
  etag: response.headers.get('etag'),
});

/** Reads a case; with `minSeq`, as soon as the server shows that commit. */
const caseAt = (id: string, minSeq?: number) =>
  http.GET('/api/warnings/{id}', { params: { path: { id }, query: { 'min-seq': minSeq } }, cache: 'no-cache' });

/** A new idempotency key. It is created when a form opens and kept until the request succeeds. */
export const intentKey = (): string => crypto.randomUUID();

/**
 * Cases that match `parameters`, read along the `next` links until there are at least `most`.
 * `parameters` are the query parameters of `GET /api/warnings`, which are those of the items of any
 * collection.
 */
export const cases = async (
  parameters: Record<string, string>,
  most = 10_000,
  signal?: AbortSignal,
): Promise<Case[]> => {
  const query = { ...parameters, limit: Math.min(most, 10_000) };
  const found: Case[] = await pages(http.GET('/api/warnings', { params: { query }, signal }), signal, most);
  return found.map(revealed);
};

const ENDED = new Set(['closed', 'rejected', 'merged']);

/** All open cases. */
export async function openCases(signal?: AbortSignal): Promise<Case[]> {
  const lists = await Promise.all(
    STATUSES.filter((s) => !ENDED.has(s)).map((status) => cases({ status }, Number.POSITIVE_INFINITY, signal)),
  );
  return lists.flat();
}

/** The cases that were closed, rejected or merged last, up to `most` of each kind. */
export async function endedLately(most = 200, signal?: AbortSignal): Promise<Case[]> {
  const lists = await Promise.all([...ENDED].map((status) => cases({ status, sortby: '-closed_at' }, most, signal)));
  return lists.flat();
}

export const readCase = async (id: string, receipt?: string, signal?: AbortSignal): Promise<Held> =>
  held(
    await whole(
      http.GET('/api/warnings/{id}', { params: { path: { id }, query: { receipt } }, cache: 'no-cache', signal }),
    ),
  );

export const report = async (body: ReportBody): Promise<Held> =>
  held(await written(http.POST('/api/warnings', { body }), caseAt));

/** Applies an action. With `etag` it is refused (412) if the case was changed since it was read. */
export const act = async (id: string, body: ActionBody, etag?: string | null): Promise<Held> =>
  held(
    await written(
      http.POST('/api/warnings/{id}/actions', {
        params: { path: { id }, header: etag ? { 'If-Match': etag } : {} },
        body,
      }),
      caseAt,
    ),
  );

/** The most pages of a history that are read, with 1,000 steps each. */
const HISTORY_PAGES = 10;

/** The steps of a case, read page by page. */
export async function history(id: string, signal?: AbortSignal): Promise<History> {
  const all: History = { id, steps: [] };
  let after: string | undefined;
  for (let page = 0; page < HISTORY_PAGES; page++) {
    const query = after ? { after } : {};
    const { steps, next }: History = await answered(
      http.GET('/api/warnings/{id}/history', { params: { path: { id }, query }, signal }),
    );
    all.steps.push(...steps);
    if (!next) return all;
    after = next;
  }
  return all;
}

export interface Place {
  lon?: number;
  lat?: number;
  building?: string;
}

/** Open cases similar to the report that is being written, the nearest first. */
export const duplicates = (category: string, place: Place, signal?: AbortSignal): Promise<Duplicates> =>
  answered(http.GET('/api/warnings/duplicates', { params: { query: { category, ...place } }, signal }));

/** Suggested units for this case, the best first, and where the list of responsibilities comes from. */
export const suggestUnits = (id: string, signal?: AbortSignal): Promise<UnitRanking> =>
  answered(http.GET('/api/warnings/{id}/units', { params: { path: { id } }, signal }));

/** The earlier cases that were reported with a telephone number, the latest first, at most 20. */
export const casesOfCaller = async (number: string, signal?: AbortSignal): Promise<Case[]> =>
  (await answered(http.POST('/api/warnings/caller', { body: { contact: number }, signal }))).features;

/** The contact of a case's reporter; null if there is none or it was erased. */
export const contact = async (id: string): Promise<string | null> =>
  (await answered(http.GET('/api/warnings/{id}/contact', { params: { path: { id } } }))).contact ?? null;

/** The statistics of a month, such as 2026-11. */
export const figures = (month: string, signal?: AbortSignal): Promise<Figures> =>
  answered(http.GET('/api/warnings/figures', { params: { query: { month } }, signal }));

/** The rules in force. All pages use the category names in them. */
export async function rules(signal?: AbortSignal): Promise<Rules> {
  const inForce = await answered(http.GET('/api/rules', { signal }));
  learnCategories(inForce.categories);
  return inForce;
}

/** All silences, including ended ones. */
export const silences = async (signal?: AbortSignal): Promise<Silence[]> =>
  (await answered(http.GET('/api/silences', { signal }))).silences;

const silencesAt = (minSeq: number) => http.GET('/api/silences', { params: { query: { 'min-seq': minSeq } } });

/** Begins a silence; `until` is RFC 3339. */
export const silence = (match: SilenceMatchBody, reason: string, until: string): Promise<void> =>
  isWritten(http.POST('/api/silences', { body: { match, reason, until } }), silencesAt);

/** Ends a silence early. */
export const endSilence = (id: string): Promise<void> =>
  isWritten(http.DELETE('/api/silences/{id}', { params: { path: { id } } }), silencesAt);

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Sends a body without encoding it. */
const AS_IS = { bodySerializer: (body: unknown) => body };

/** Imports a ledger from a sheet. With `dryRun` nothing is written. A sheet with problems changes nothing. */
export function importLedger(file: File, dryRun: boolean): Promise<ImportReport> {
  const f = /\.xlsx$/i.test(file.name) ? 'xlsx' : 'csv';
  return answered(
    http.POST('/api/warnings/import', {
      params: { query: { dry_run: dryRun, f } },
      headers: { 'content-type': f === 'xlsx' ? XLSX : 'text/csv' },
      body: file,
      ...AS_IS,
    }),
  );
}

/** Uploads a photo. The account that uploads it can use it in one step by its id. */
export const uploadPhoto = (picture: Blob): Promise<UploadedPhoto> =>
  answered(
    http.POST('/api/photos', {
      headers: { 'content-type': picture.type || 'image/jpeg' },
      body: picture,
      ...AS_IS,
    }),
  );

export function photoUrl(id: string, { thumb = false, receipt }: { thumb?: boolean; receipt?: string } = {}): string {
  const query = new URLSearchParams();
  if (thumb) query.set('size', 'thumb');
  if (receipt) query.set('receipt', receipt);
  return under(`/api/photos/${encodeURIComponent(id)}${query.size > 0 ? `?${query}` : ''}`);
}

/** The actions that are allowed instead, if an answer with 403 or 409 lists them. */
export function allowedInstead(error: unknown): Action[] | null {
  const said = error instanceof ApiError ? error.problem['allowed'] : undefined;
  return Array.isArray(said) ? ACTIONS.filter((action) => said.includes(action)) : null;
}

/** Whether a step was refused because the case was changed since it was shown. */
export const isConflict = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 409 || error.status === 412);

/** The cases with these ids, in this order, as a spreadsheet. */
export const exportSheet = (ids: string[], f: 'csv' | 'xlsx', lang: 'zh' | 'en'): Promise<Blob> =>
  answered(
    http.POST('/api/warnings/export', {
      params: { query: { f, lang } },
      headers: { accept: '*/*' },
      body: { ids },
      parseAs: 'blob',
    }),
  );
