// Asking the ledger. Every writing call takes a `key` made once per intent, so that sending it again after a
// lost answer does nothing twice.
import { under } from '@/core/api/root';
import { ApiError, ask, json, visible } from '@/core/api/client';
import type { FeatureCollection } from '@/core/api/types';
import { learnCategories } from '@/core/i18n/words';
import { STATUSES, type Action, type ActionRequest, type Case, type Duplicates, type Figures, type History, type ImportReport, type NewCase, type Rules, type Silence, type SilenceMatch, type UnitSuggestion, type UploadedPhoto } from './types';

const BASE = '/api/warnings';
const one = (id: string): string => `${BASE}/${encodeURIComponent(id)}`;

/** A case with the entity tag under which it was read, for `If-Match`. */
export interface Held {
  value: Case;
  etag: string | null;
}

const JSON_ONLY: RequestInit = { headers: { accept: 'application/json' } };

/** The case that a server shows, at once or when it has caught up with what it has saved. */
async function held(answer: Response): Promise<Held> {
  const response = await visible(answer, JSON_ONLY);
  return { value: (await response.json()) as Case, etag: response.headers.get('etag') };
}

const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** A key for one intent; made when a form opens and kept until it is through. */
export const intentKey = (): string => crypto.randomUUID();

/** Cases that match, along the `next` links up to `most`. Parameters are those of the items of a collection. */
export async function cases(parameters: Record<string, string>, most = 10_000, signal?: AbortSignal): Promise<Case[]> {
  const out: Case[] = [];
  let next: string | undefined = `${BASE}?${new URLSearchParams({ limit: String(Math.min(most, 10_000)), ...parameters })}`;
  while (next && out.length < most) {
    const page: FeatureCollection = await json(next, signal);
    out.push(...(page.features as unknown as Case[]));
    const link = page.links?.find((l) => l.rel === 'next')?.href;
    const url: URL | undefined = link ? new URL(link, location.href) : undefined;
    next = url && url.pathname + url.search;
  }
  return out;
}

const ENDED = new Set(['closed', 'rejected', 'merged']);

/** All open cases. */
export async function openCases(signal?: AbortSignal): Promise<Case[]> {
  const lists = await Promise.all(STATUSES.filter((s) => !ENDED.has(s)).map((status) => cases({ status }, Number.POSITIVE_INFINITY, signal)));
  return lists.flat();
}

/** The newest of those that have ended. */
export async function endedLately(most = 200, signal?: AbortSignal): Promise<Case[]> {
  const lists = await Promise.all([...ENDED].map((status) => cases({ status, sortby: '-closed_at' }, most, signal)));
  return lists.flat();
}

export const readCase = async (id: string, receipt?: string, signal?: AbortSignal): Promise<Held> =>
  held(await ask(`${one(id)}${receipt ? `?${new URLSearchParams({ receipt })}` : ''}`, { headers: { accept: 'application/json' }, cache: 'no-cache', signal: signal ?? null }));

export const report = async (body: NewCase): Promise<Held> => held(await ask(BASE, post(body)));

/** Takes a step. With `etag` it is refused (412) where the case is no longer the one that was read. */
export const act = async (id: string, body: ActionRequest, etag?: string | null): Promise<Held> =>
  held(await ask(`${one(id)}/actions`, post(body, etag ? { 'if-match': etag } : {})));

export const history = (id: string, signal?: AbortSignal): Promise<History> => json(`${one(id)}/history`, signal);

export interface Place {
  lon?: number;
  lat?: number;
  building?: string;
}

/** Open cases like the one that is being written, the nearest first. */
export function duplicates(category: string, place: Place, signal?: AbortSignal): Promise<Duplicates> {
  const query = new URLSearchParams({ category });
  for (const [key, value] of Object.entries(place)) if (value !== undefined) query.set(key, String(value));
  return json(`${BASE}/duplicates?${query}`, signal);
}

/** Units for this case, the best first. */
export const suggestUnits = async (id: string, signal?: AbortSignal): Promise<UnitSuggestion[]> =>
  (await json<{ units: UnitSuggestion[] }>(`${one(id)}/units`, signal)).units;

/** @param month as 2026-11 */
export const figures = (month: string, signal?: AbortSignal): Promise<Figures> => json(`${BASE}/figures?${new URLSearchParams({ month })}`, signal);

/** The rules in force; all pages call the categories by the names that they have there. */
export async function rules(signal?: AbortSignal): Promise<Rules> {
  const told = await json<Rules>('/api/rules', signal);
  learnCategories(told.categories);
  return told;
}

/** All silences, those that are over too. */
export const silences = async (signal?: AbortSignal): Promise<Silence[]> => (await json<{ silences: Silence[] }>('/api/silences', signal)).silences;

/** @param until RFC 3339 */
export async function silence(match: SilenceMatch, reason: string, until: string): Promise<void> {
  await visible(await ask('/api/silences', post({ match, reason, until })), JSON_ONLY);
}

/** Ends one before its time. */
export async function endSilence(id: string): Promise<void> {
  await visible(await ask(`/api/silences/${encodeURIComponent(id)}`, { method: 'DELETE' }), JSON_ONLY);
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Sends a ledger's sheet; `dryRun` only says what would happen. A sheet with problems changes nothing. */
export async function importLedger(file: File, dryRun: boolean): Promise<ImportReport> {
  const f = /\.xlsx$/i.test(file.name) ? 'xlsx' : 'csv';
  const query = new URLSearchParams({ dry_run: String(dryRun), f });
  const response = await ask(`${BASE}/import?${query}`, {
    method: 'POST',
    headers: { 'content-type': f === 'xlsx' ? XLSX : 'text/csv', accept: 'application/json' },
    body: file,
  });
  return (await response.json()) as ImportReport;
}

/** Keeps a picture. The account that uploads it may name it in one step by its id. */
export async function uploadPhoto(picture: Blob): Promise<UploadedPhoto> {
  const response = await ask('/api/photos', { method: 'POST', headers: { 'content-type': picture.type || 'image/jpeg', accept: 'application/json' }, body: picture });
  return (await response.json()) as UploadedPhoto;
}

export function photoUrl(id: string, { thumb = false, receipt }: { thumb?: boolean; receipt?: string } = {}): string {
  const query = new URLSearchParams();
  if (thumb) query.set('size', 'thumb');
  if (receipt) query.set('receipt', receipt);
  return under(`/api/photos/${encodeURIComponent(id)}${query.size > 0 ? `?${query}` : ''}`);
}

/** What is allowed instead, where an answer of 403 or 409 says it. */
export function allowedInstead(error: unknown): Action[] | null {
  const said = error instanceof ApiError ? error.problem['allowed'] : undefined;
  return Array.isArray(said) ? (said as Action[]) : null;
}

/** Whether a step was refused because the case is no longer as it was shown. */
export const isConflict = (error: unknown): boolean => error instanceof ApiError && (error.status === 409 || error.status === 412);

/** The cases with these ids, in this order, as a sheet. */
export async function exportSheet(ids: string[], f: 'csv' | 'xlsx', lang: 'zh' | 'en'): Promise<Blob> {
  return (await ask(`${BASE}/export?${new URLSearchParams({ f, lang })}`, { ...post({ ids }), headers: { 'content-type': 'application/json' } })).blob();
}
