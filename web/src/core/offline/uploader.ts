// Uploads what is in the queue, and reads from each response what it means for the step.
import { under } from '@/core/api/root';
import { dateTime } from '@/core/i18n/format';
import type { Attempt, Uploader, Entry, Uploaded } from './uploadQueue';

/** What the server says to a step: the case as it is now, and a new report's receipt. A server that has saved the
 * step and does not show it yet says its id and the receipt alone. */
export interface Answer {
  id: string;
  receipt?: string;
  properties?: Record<string, unknown>;
}

interface Problem {
  detail?: string;
  title?: string;
  allowed?: string[];
}

/** Above this an attempt is given up and made again later; milliseconds. */
const PATIENCE = 60_000;

async function post<T>(
  path: string,
  body: BodyInit,
  type: string,
  credentials: RequestCredentials,
): Promise<Attempt<T>> {
  let response: Response;
  try {
    response = await fetch(under(path), {
      method: 'POST',
      credentials,
      headers: { 'content-type': type, accept: 'application/json' },
      body,
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    return { outcome: 'later' };
  }
  const answer: unknown = await response.json().catch(() => null);
  // Something between us and the server (a hotel's sign-in page, a proxy) answers in its own words.
  if (answer === null || typeof answer !== 'object') return { outcome: 'later' };
  if (response.ok) return { outcome: 'taken', result: answer as T };
  return judge(response.status, answer as Problem, response.headers.get('retry-after'));
}

/** What a refusal means: the network and a busy server pass, everything else needs a person. */
export function judge(status: number, problem: Problem, retryAfter: string | null): Attempt<never> {
  if (status === 401) return { outcome: 'sign_in' };
  // A conflict that says nothing of what is allowed is two writers at one moment.
  if ([408, 425, 429, 502, 503, 504].includes(status) || (status === 409 && !problem.allowed)) {
    const seconds = Number(retryAfter);
    return {
      outcome: 'later',
      busy: true,
      ...(retryAfter && Number.isFinite(seconds) ? { after_ms: seconds * 1000 } : {}),
    };
  }
  return {
    outcome: 'refused',
    refusal: { status, detail: problem.detail ?? problem.title ?? `HTTP ${status}`, allowed: problem.allowed ?? [] },
  };
}

/** A step that is sent later than this says when it was really made; milliseconds. */
const LATE = 10 * 60_000;

/** The step as the interface wants it. The ledger notes when a step arrives; a late one says in its note when it
 * was made. */
export function bodyOf(entry: Entry, first: Date): Record<string, unknown> {
  const sent = entry.photos.filter((photo) => photo.remote);
  const made = new Date(entry.made_at);
  const late = first.getTime() - made.getTime() > LATE ? `（现场时间 ${dateTime(made, 'zh')}，离线后发送）` : '';
  if (entry.case === null) {
    return {
      ...entry.body,
      ...(sent.length > 0 ? { photos: sent.map((photo) => ({ id: photo.remote, claim: photo.claim })) } : {}),
      key: entry.key,
    };
  }
  const photos = sent.map((photo) => ({ id: photo.remote, claim: photo.claim, kind: photo.kind }));
  const note = `${typeof entry.body['note'] === 'string' ? entry.body['note'] : ''}${late}`;
  return {
    action: entry.action,
    ...entry.body,
    ...(note ? { note } : {}),
    ...(photos.length > 0 ? { photos } : {}),
    key: entry.key,
  };
}

/** @param credentials `omit` for residents: theirs is nobody's account, though somebody may be signed in. */
export function uploader(credentials: 'same-origin' | 'omit'): Uploader<Answer> {
  return {
    photo(blob) {
      return post<Uploaded>('/api/photos', blob, blob.type || 'image/jpeg', credentials);
    },
    step(entry) {
      const path = entry.case === null ? '/api/warnings' : `/api/warnings/${encodeURIComponent(entry.case)}/actions`;
      return post<Answer>(
        path,
        JSON.stringify(bodyOf(entry, new Date(entry.tried_at ?? Date.now()))),
        'application/json',
        credentials,
      );
    },
  };
}
