// Asking the ledger. Every writing call takes a `key` made once per intent, so that sending it again after a
// lost answer does nothing twice.
import { under } from '@/core/api/root';
import { answered, ApiError, http, isWritten, pages, whole, written, type Whole } from '@/core/api/client';
import { learnCategories } from '@/core/i18n/words';
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
  type UnitSuggestion,
  type UploadedPhoto,
} from './types';

/** A case with the entity tag under which it was read, for `If-Match`. */
export interface Held {
  value: Case;
  etag: string | null;
}

const held = ({ value, response }: Whole<Case>): Held => ({ value, etag: response.headers.get('etag') });

/** Reads a case, when the server shows that commit. */
const caseAt = (id: string, minSeq?: number) =>
  http.GET('/api/warnings/{id}', { params: { path: { id }, query: { 'min-seq': minSeq } }, cache: 'no-cache' });

/** A key for one intent; made when a form opens and kept until it is through. */
export const intentKey = (): string => crypto.randomUUID();

/** Cases that match, along the `next` links up to `most`. Parameters are those of the items of a collection. */
export const cases = (parameters: Record<string, string>, most = 10_000, signal?: AbortSignal): Promise<Case[]> =>
  pages(
    http.GET('/api/warnings', { params: { query: { ...parameters, limit: Math.min(most, 10_000) } }, signal }),
    signal,
    most,
  );

const ENDED = new Set(['closed', 'rejected', 'merged']);

/** All open cases. */
export async function openCases(signal?: AbortSignal): Promise<Case[]> {
  const lists = await Promise.all(
    STATUSES.filter((s) => !ENDED.has(s)).map((status) => cases({ status }, Number.POSITIVE_INFINITY, signal)),
  );
  return lists.flat();
}

/** The newest of those that have ended. */
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

/** Takes a step. With `etag` it is refused (412) where the case is no longer the one that was read. */
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

/** The most pages of a history that are read: 1,000 steps each. */
const HISTORY_PAGES = 10;

/** The steps of a case, page by page. */
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

/** Open cases like the one that is being written, the nearest first. */
export const duplicates = (category: string, place: Place, signal?: AbortSignal): Promise<Duplicates> =>
  answered(http.GET('/api/warnings/duplicates', { params: { query: { category, ...place } }, signal }));

/** Units for this case, the best first. */
export const suggestUnits = async (id: string, signal?: AbortSignal): Promise<UnitSuggestion[]> =>
  (await answered(http.GET('/api/warnings/{id}/units', { params: { path: { id } }, signal }))).units;

/** How to reach who reported a case; null where nothing was left, or its time is over. */
export const contact = async (id: string): Promise<string | null> =>
  (await answered(http.GET('/api/warnings/{id}/contact', { params: { path: { id } } }))).contact ?? null;

/** @param month as 2026-11 */
export const figures = (month: string, signal?: AbortSignal): Promise<Figures> =>
  answered(http.GET('/api/warnings/figures', { params: { query: { month } }, signal }));

/** The rules in force; all pages call the categories by the names that they have there. */
export async function rules(signal?: AbortSignal): Promise<Rules> {
  const told = await answered(http.GET('/api/rules', { signal }));
  learnCategories(told.categories);
  return told;
}

/** All silences, those that are over too. */
export const silences = async (signal?: AbortSignal): Promise<Silence[]> =>
  (await answered(http.GET('/api/silences', { signal }))).silences;

const silencesAt = (minSeq: number) => http.GET('/api/silences', { params: { query: { 'min-seq': minSeq } } });

/** @param until RFC 3339 */
export const silence = (match: SilenceMatchBody, reason: string, until: string): Promise<void> =>
  isWritten(http.POST('/api/silences', { body: { match, reason, until } }), silencesAt);

/** Ends one before its time. */
export const endSilence = (id: string): Promise<void> =>
  isWritten(http.DELETE('/api/silences/{id}', { params: { path: { id } } }), silencesAt);

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** What is sent as it is. */
const AS_IS = { bodySerializer: (body: unknown) => body };

/** Sends a ledger's sheet; `dryRun` only says what would happen. A sheet with problems changes nothing. */
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

/** Keeps a picture. The account that uploads it may name it in one step by its id. */
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

/** What is allowed instead, where an answer of 403 or 409 says it. */
export function allowedInstead(error: unknown): Action[] | null {
  const said = error instanceof ApiError ? error.problem['allowed'] : undefined;
  return Array.isArray(said) ? ACTIONS.filter((action) => said.includes(action)) : null;
}

/** Whether a step was refused because the case is no longer as it was shown. */
export const isConflict = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 409 || error.status === 412);

/** The cases with these ids, in this order, as a sheet. */
export const exportSheet = (ids: string[], f: 'csv' | 'xlsx', lang: 'zh' | 'en'): Promise<Blob> =>
  answered(
    http.POST('/api/warnings/export', {
      params: { query: { f, lang } },
      headers: { accept: '*/*' },
      body: { ids },
      parseAs: 'blob',
    }),
  );
