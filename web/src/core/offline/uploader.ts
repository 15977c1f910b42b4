// Uploads what is in the queue, and reads from each response what it means for the step.
import { http, type Answer } from '@/core/api/client';
import type { components } from '@/core/api/schema';
import { dateTime } from '@/core/i18n/format';
import type { ActionBody, Case, ReportBody } from '@/core/ledger/types';
import type { Attempt, Uploader, Entry } from './uploadQueue';

type Schemas = components['schemas'];
type Problem = Schemas['Problem'];

/** What the server says to a step: the case as it is now, and a new report's receipt. A server that has saved the
 * step and does not show it yet says its id and the receipt alone. */
export type Sent = Case | Schemas['Accepted'] | Schemas['AcceptedReport'];

/** Above this an attempt is given up and made again later; milliseconds. */
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
  // Something between us and the server (a hotel's sign-in page, a proxy) answers in its own words.
  if (response.ok) return isObject(data) ? { outcome: 'taken', result: data } : { outcome: 'later' };
  if (!isObject(error)) return { outcome: 'later' };
  return judge(response.status, error, response.headers.get('retry-after'));
}

/** What a refusal means: the network and a busy server pass, everything else needs a person. */
export function judge(status: number, problem: Partial<Problem>, retryAfter: string | null): Attempt<never> {
  if (status === 401) return { outcome: 'sign_in' };
  // A conflict that says nothing of what is allowed is two writers at one moment.
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

/** A step that is sent later than this says when it was really made; milliseconds. */
const LATE = 10 * 60_000;

/** A report as the interface wants it. */
export function reportOf(entry: Entry): ReportBody {
  const photos = entry.photos.flatMap(({ remote, claim }) => (remote ? [{ id: remote, claim }] : []));
  return {
    ...entry.body,
    // A report without one is refused, with words for who made it.
    category: entry.body.category ?? '',
    ...(photos.length > 0 ? { photos } : {}),
    key: entry.key,
  };
}

/** A step as the interface wants it. The ledger notes when a step arrives; a late one says in its note when it was
 * made. */
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

/** @param credentials `omit` for residents: theirs is nobody's account, though somebody may be signed in. */
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
    step(entry) {
      const first = new Date(entry.tried_at ?? Date.now());
      return entry.case === null || entry.action === 'report'
        ? attempt(http.POST('/api/warnings', { body: reportOf(entry), ...how() }))
        : attempt(
            http.POST('/api/warnings/{id}/actions', {
              params: { path: { id: entry.case } },
              body: stepOf(entry, entry.action, first),
              ...how(),
            }),
          );
    },
  };
}
