// Sends the entries of the queue, and decides from each response what happens to the step.
import { http, type Answer } from '@/core/api/client';
import type { components } from '@/core/api/schema';
import { dateTime } from '@/core/i18n/format';
import type { ActionBody, Case, ReportBody } from '@/core/ledger/types';
import { isAlreadySo } from './alreadySo';
import type { Attempt, Uploader, Entry } from './uploadQueue';

type Schemas = components['schemas'];
type Problem = Schemas['Problem'];

/**
 * The server's answer to a step: the present case, or for a new report its receipt. A server that does not show
 * the saved step yet only sends the id and the receipt.
 */
export type Sent = Case | Schemas['Accepted'] | Schemas['AcceptedReport'];

/** An attempt that takes longer than this is cancelled and repeated later, in milliseconds. */
const PATIENCE = 60_000;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

async function attempt<Data>(asked: Answer<Data>): Promise<Attempt<Data>> {
  let answer: Awaited<Answer<Data>>;
  try {
    answer = await asked;
  } catch {
    return { outcome: 'later' };
  }
  const { data, error, response } = answer;
  // A successful answer that is not a JSON object comes from something else, such as the sign-in page of a hotel.
  if (response.ok) return isObject(data) ? { outcome: 'taken', result: data } : { outcome: 'later' };
  if (!isObject(error)) return { outcome: 'later' };
  return judge(response.status, error, response.headers.get('retry-after'));
}

/**
 * Decides what happens to a step that the server answered with an error. If the server or a proxy
 * is busy, the step is sent again later; if nobody is signed in, after the sign-in. After any other
 * error, its author has to decide.
 */
export function judge(status: number, problem: Partial<Problem>, retryAfter: string | null): Attempt<never> {
  if (status === 401) return { outcome: 'sign_in' };
  // A conflict without a list of allowed actions means two concurrent writes, so it can be repeated.
  if ([408, 425, 429, 502, 503, 504].includes(status) || (status === 409 && !problem['allowed'])) {
    const seconds = Number(retryAfter);
    return {
      outcome: 'later',
      busy: true,
      ...(retryAfter && Number.isFinite(seconds) ? { after_ms: seconds * 1000 } : {}),
    };
  }
  return {
    outcome: 'refused',
    refusal: {
      status,
      detail: problem.detail ?? problem.title ?? `HTTP ${status}`,
      allowed: Array.isArray(problem['allowed']) ? problem['allowed'].map(String) : [],
    },
  };
}

/** A step that is sent later than this says in its note when it was made, in milliseconds. */
const LATE = 10 * 60_000;

/** The remark in the note of a step that is sent late: when it was made; empty for other steps. */
function lateness({ made_at }: Entry, first: Date): string {
  const made = new Date(made_at);
  return first.getTime() - made.getTime() > LATE ? `（现场时间 ${dateTime(made, 'zh')}，离线后发送）` : '';
}

/** The body of a report for the API. A late report of an account says in its note when it was made. */
export function reportOf(entry: Entry, first: Date): ReportBody {
  const photos = entry.photos.flatMap(({ remote, claim }) => (remote ? [{ id: remote, claim }] : []));
  const note = `${entry.body.note ?? ''}${entry.account === null ? '' : lateness(entry, first)}`;
  return {
    ...entry.body,
    ...(note ? { note } : {}),
    // The API requires the field. The server refuses an empty category with an error text, which the queue shows.
    category: entry.body.category ?? '',
    ...(photos.length > 0 ? { photos } : {}),
    key: entry.key,
  };
}

/**
 * The body of a step for the API. The ledger records when a step arrives, so a late one says in its note when it
 * was made.
 */
export function stepOf(entry: Entry, action: ActionBody['action'], first: Date): ActionBody {
  const photos = entry.photos.flatMap(({ remote, claim, kind }) => (remote ? [{ id: remote, claim, kind }] : []));
  const note = `${entry.body.note ?? ''}${lateness(entry, first)}`;
  return {
    ...entry.body,
    action,
    ...(note ? { note } : {}),
    ...(photos.length > 0 ? { photos } : {}),
    key: entry.key,
  };
}

/**
 * @param credentials `omit` for residents, whose reports belong to no account, even if somebody is signed in.
 */
export function uploader(credentials: 'same-origin' | 'omit'): Uploader<Sent> {
  const how = () => ({ credentials, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) }) as const;
  return {
    photo: (blob) =>
      attempt(
        http.POST('/api/photos', {
          headers: { 'content-type': blob.type || 'image/jpeg' },
          body: blob,
          bodySerializer: (picture) => picture,
          ...how(),
        }),
      ),
    async step(entry) {
      const first = new Date(entry.tried_at ?? Date.now());
      if (entry.case === null || entry.action === 'report')
        return attempt(http.POST('/api/warnings', { body: reportOf(entry, first), ...how() }));
      const path = { id: entry.case };
      const sent = await attempt(
        http.POST('/api/warnings/{id}/actions', {
          params: { path },
          body: stepOf(entry, entry.action, first),
          ...how(),
        }),
      );
      if (sent.outcome !== 'refused' || sent.refusal.status !== 409) return sent;
      const past = await attempt(http.GET('/api/warnings/{id}/history', { params: { path }, ...how() }));
      if (past.outcome !== 'taken' || !isAlreadySo(entry, past.result.steps)) return sent;
      const now = await attempt(http.GET('/api/warnings/{id}', { params: { path }, ...how() }));
      return now.outcome === 'taken' ? now : sent;
    },
  };
}
