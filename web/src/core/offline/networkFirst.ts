// Answers from the server while it can be reached in time, and from the data on the phone otherwise.
import { ApiError } from '@/core/api/client';

/** How long the server may take before the phone answers, in milliseconds. */
export const PATIENCE = 4000;
/** How long the server may take if it did not answer in time shortly before, in milliseconds. */
export const SHORT_PATIENCE = 1000;
/** How long `SHORT_PATIENCE` applies after an unanswered request, in milliseconds. */
const REMEMBERED = 30_000;

/**
 * The statuses of answers that mean that the server or a proxy cannot answer now; 0 is a network
 * failure.
 */
const AWAY = new Set([0, 408, 425, 429, 502, 503, 504]);

/** Whether a request failed because the server could not answer, not because the request was refused. */
export const isAway = (error: unknown): boolean => (error instanceof ApiError ? AWAY.has(error.status) : true);

export interface Sourced<Value> {
  value: Value;
  from: 'network' | 'phone';
}

type Outcome<Value> = Sourced<Value> | { error: unknown; isFinal: boolean };

let awayUntil = 0;

/** Forgets that the server did not answer, because the network is back. */
export function hopeAgain(): void {
  awayUntil = 0;
}

const patience = (): number => {
  // `onLine` is reliable only if it is false.
  if (typeof navigator !== 'undefined' && navigator.onLine === false) return 0;
  return Date.now() < awayUntil ? SHORT_PATIENCE : PATIENCE;
};

/**
 * Returns the answer of the server or, if the server cannot answer or is too slow, the answer of
 * the phone, with its source. Rejects with the error of the server if the server refused the
 * request.
 *
 * @param network asks the server; the signal cancels the request when the phone has answered.
 * @param phone asks the engine. If it fails, the answer or the error of the server is returned.
 * @param isFinal whether an error of the phone is a valid answer, for example that there is no way
 * to the door.
 */
export async function networkFirst<Value>(
  network: (signal: AbortSignal) => Promise<Value>,
  phone: () => Promise<Value>,
  isFinal: (error: unknown) => boolean,
  signal?: AbortSignal,
): Promise<Sourced<Value>> {
  const ending = new AbortController();
  // `AbortSignal.any` is missing in browsers that riders use.
  signal?.addEventListener('abort', () => ending.abort(signal.reason), { once: true, signal: ending.signal });
  const asked: Promise<Outcome<Value>> = network(ending.signal).then(
    (value) => ({ value, from: 'network' }),
    (error: unknown) => ({ error, isFinal: false }),
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), patience());
  });
  const first = await Promise.race([asked, late]);
  clearTimeout(timer);
  signal?.throwIfAborted();
  if (first && 'value' in first) {
    awayUntil = 0;
    return first;
  }
  if (first && !isAway(first.error)) throw first.error;
  const offline: Promise<Outcome<Value>> = phone().then(
    (value) => ({ value, from: 'phone' }),
    (error: unknown) => ({ error, isFinal: isFinal(error) }),
  );
  // A late answer of the server is still used if it arrives before the answer of the phone.
  const answered = asked.then((answer): Outcome<Value> | Promise<Outcome<Value>> =>
    'value' in answer ? answer : offline,
  );
  const second = await Promise.race([offline, answered]);
  signal?.throwIfAborted();
  if ('value' in second) {
    if (second.from === 'phone') {
      awayUntil = Date.now() + REMEMBERED;
      ending.abort();
    }
    return second;
  }
  if (second.isFinal) {
    awayUntil = Date.now() + REMEMBERED;
    ending.abort();
    throw second.error;
  }
  const last = await asked;
  if ('error' in last) throw last.error;
  return last;
}
