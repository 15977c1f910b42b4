// Sends the entries of the queue, and decides from each response what happens to the step.
import { http, type Answer } from '@/core/api/client';
import type { components } from '@/core/api/schema';
import { dateTime } from '@/core/i18n/format';
import { isPast } from '@/core/ledger/already';
import { STATUSES, type ActionBody, type Case, type ReportBody } from '@/core/ledger/types';
import type { Attempt, Uploader, Entry, Refusal } from './uploadQueue';

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
  const found = STATUSES.find((s) => s === problem['case_status']);
  return {
    outcome: 'refused',
    refusal: {
      status,
      detail: problem.detail ?? problem.title ?? `HTTP ${status}`,
      allowed: Array.isArray(problem['allowed']) ? problem['allowed'].map(String) : [],
      ...(found ? { case_status: found } : {}),
    },
  };
}

/** Whether a refused step is needless: the case is already as it would make it, and it has no input of its own. */
export function isNeedless({ action, body, photos }: Entry, { status, case_status }: Refusal): boolean {
  if (status !== 409 || !case_status || action === 'report' || photos.length > 0) return false;
  return isPast(action, { note: body.note, reason: body.reason }, case_status);
}

/** A step that is sent later than this says in its note when it was made, in milliseconds. */
const LATE = 10 * 60_000;

/** The body of a report for the API. */
export function reportOf(entry: Entry): ReportBody {
  const photos = entry.photos.flatMap(({ remote, claim }) => (remote ? [{ id: remote, claim }] : []));
  return {
    ...entry.body,
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
  const made = new Date(entry.made_at);
  const late = first.getTime() - made.getTime() > LATE ? `（现场时间 ${dateTime(made, 'zh')}，离线后发送）` : '';
  const note = `${entry.body.note ?? ''}${late}`;
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
        return attempt(http.POST('/api/warnings', { body: reportOf(entry), ...how() }));
      const params = { path: { id: entry.case } };
      const tried = await attempt(
        http.POST('/api/warnings/{id}/actions', { params, body: stepOf(entry, entry.action, first), ...how() }),
      );
      // A second tap, or a colleague who was faster: the present case is the answer.
      return tried.outcome === 'refused' && isNeedless(entry, tried.refusal)
        ? attempt(http.GET('/api/warnings/{id}', { params, ...how() }))
        : tried;
    },
  };
}
