// Requests to the server. Every failure except an abort becomes an `ApiError`, which `explain`
// turns into a text for the user.
import createClient from 'openapi-fetch';
import { lang } from '@/core/i18n/lang';
import { addressOnly } from '@/core/search/order';
import { forget, remember } from '@/core/session/remembered';
import { ROOT, under } from './root';
import type { paths } from './schema';
import type { Accepted, Collection, Feature, FeatureOf, GridStatuses, Hit, Landing, Link, Session } from './types';

/** An error answer: a problem document (RFC 9457), or a network failure with status 0. */
export class ApiError extends Error {
  override name = 'ApiError';

  constructor(
    readonly status: number,
    readonly detail: string,
    /** All members of the problem document, such as `allowed` or `field`. */
    readonly problem: Record<string, unknown> = {},
  ) {
    super(detail);
  }
}

/** The error for a failed response; `said` is its body, parsed if it is JSON. */
function problemOf(response: Response, said: unknown): ApiError {
  const problem = typeof said === 'object' && said !== null ? (said as { detail?: string; title?: string }) : {};
  return new ApiError(
    response.status,
    problem.detail ?? problem.title ?? (response.statusText || `HTTP ${response.status}`),
    { ...problem },
  );
}

const signedOut = new Set<() => void>();

/**
 * Calls `hear` whenever the server refuses a request because nobody is signed in, so that a page can offer the sign-in
 * form whichever of its parts sent the request. Returns a function that ends this.
 */
export function whenSignedOut(hear: () => void): () => void {
  signedOut.add(hear);
  return () => void signedOut.delete(hear);
}

/** The session itself answers 401 to a wrong password, which says nothing about who is signed in. */
function notice({ status, url }: Response): void {
  if (status === 401 && !url.endsWith('/api/session')) for (const hear of signedOut) hear();
}

/** `fetch` with the language of the page. A network failure becomes an `ApiError`. */
async function reach(input: Request | string, init?: RequestInit): Promise<Response> {
  const headers = new Headers(init?.headers ?? (typeof input === 'string' ? undefined : input.headers));
  headers.set('accept-language', lang.value);
  try {
    const response = await fetch(input, { ...init, headers });
    notice(response);
    return response;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(0, cause instanceof Error ? cause.message : String(cause));
  }
}

/** Typed requests by path, parameters and body, as in the OpenAPI document. */
export const http = createClient<paths>({
  baseUrl: (typeof location === 'undefined' ? 'http://localhost' : location.origin) + ROOT,
  headers: { accept: 'application/json' },
  // The API expects lists separated by commas: collections=grids,units.
  querySerializer: { array: { style: 'form', explode: false } },
  fetch: reach,
});

/** The result of a request with `http`; `Data` is inferred from the OpenAPI document. */
export type Answer<Data> = Promise<{ data?: Data; error?: unknown; response: Response }>;

/** The body of an answer with its headers. */
export interface Whole<Data> {
  value: Data;
  response: Response;
}

/** The body and the headers of a successful answer. Rejects with an `ApiError` otherwise. */
export async function whole<Data>(asked: Answer<Data>): Promise<Whole<Data>> {
  const { data, error, response } = await asked;
  if (!response.ok) throw problemOf(response, error);
  if (data === undefined)
    throw new ApiError(response.status, `The server answered HTTP ${response.status} without a body`);
  return { value: data, response };
}

/** The body of a successful answer. Rejects with an `ApiError` otherwise. */
export const answered = async <Data>(asked: Answer<Data>): Promise<Data> => (await whole(asked)).value;

/** Resolves when a request without a body in its answer has succeeded. Rejects with an `ApiError` otherwise. */
export async function done(asked: Answer<unknown>): Promise<void> {
  const { error, response } = await asked;
  if (!response.ok) throw problemOf(response, error);
}

/** Requests an address that the server gave in a link. */
export async function ask(path: string, init?: RequestInit): Promise<Response> {
  const response = await reach(under(path), init);
  if (response.ok) return response;
  const text = await response.text().catch(() => '');
  let said: unknown = text;
  try {
    said = JSON.parse(text);
  } catch {
    // The body is not a problem document. The status is all that is known.
  }
  throw problemOf(response, said);
}

/**
 * How many times saved data is requested while the server does not show it yet. The server waits up
 * to five seconds for the commit before it answers each request with 503.
 */
const ASKS = 6;

const isAccepted = (answer: unknown): answer is Accepted =>
  typeof answer === 'object' && answer !== null && 'seq' in answer && 'location' in answer;
const isShown = <Sent>(_: Sent, { status }: Response): _ is Exclude<Sent, Accepted> => status !== 202;

/**
 * Requests saved data until the server shows it. Rejects with the last 503 after `ASKS` requests.
 */
async function shown<Data>(
  accepted: Accepted,
  read: (id: string, minSeq: number) => Answer<Data>,
): Promise<Whole<Data>> {
  for (let asked = 1; ; asked++) {
    try {
      return await whole(read(accepted.id ?? '', accepted.seq));
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 503 && asked < ASKS)) throw error;
    }
  }
}

/**
 * The answer to a write. If the server answers 202 (saved, but not visible yet), `read` is called until the
 * data is visible.
 */
export async function written<Sent, Data>(
  asked: Answer<Sent>,
  read: (id: string, minSeq: number) => Answer<Data>,
): Promise<Whole<Exclude<Sent, Accepted> | Data>> {
  const { value, response } = await whole(asked);
  if (isShown(value, response)) return { value, response };
  if (isAccepted(value)) return shown(value, read);
  throw new ApiError(response.status, `The server answered HTTP ${response.status} without a commit number`);
}

/** Resolves when a write is visible on the server, for callers that do not need the answer. */
export async function isWritten(asked: Answer<unknown>, read: (minSeq: number) => Answer<unknown>): Promise<void> {
  const { data, error, response } = await asked;
  if (!response.ok) throw problemOf(response, error);
  if (response.status === 202 && isAccepted(data)) await shown(data, (_, minSeq) => read(minSeq));
}

export const landing = (signal?: AbortSignal): Promise<Landing> => answered(http.GET('/api/', { signal }));

/** The levels of the grids, now or at a past moment. */
export const gridStatuses = (signal?: AbortSignal, asOf?: Date): Promise<GridStatuses> =>
  answered(http.GET('/api/grids/status', { params: { query: { as_of: asOf?.toISOString() } }, signal }));

/** The open cases, now or at a past moment. Cases pending review as possible spam are left out. */
export const openWarnings = (signal?: AbortSignal, asOf?: Date): Promise<FeatureOf<'warnings'>[]> =>
  pages(
    http.GET('/api/warnings', { params: { query: { open: true, limit: PAGE, as_of: asOf?.toISOString() } }, signal }),
    signal,
  );

export const collections = async (signal?: AbortSignal): Promise<Collection[]> =>
  (await answered(http.GET('/api/collections', { signal }))).collections;

/** How many features are requested at a time. */
const PAGE = 10_000;

/**
 * All features of a collection. Only for collections of moderate size; `query` filters them, also by
 * properties.
 */
export async function allItems<C extends string>(
  collectionId: C,
  signal?: AbortSignal,
  query: Record<string, string> = {},
): Promise<FeatureOf<C>[]> {
  const all = await pages(
    http.GET('/api/collections/{collectionId}/items', {
      params: { path: { collectionId }, query: { ...query, limit: PAGE } },
      signal,
    }),
    signal,
  );
  return all.filter((feature) => isIn(feature, collectionId));
}

/** A feature; null if there is none with this id. */
export async function item<C extends string>(
  collectionId: C,
  featureId: string,
  init: Pick<RequestInit, 'credentials' | 'signal'> = {},
): Promise<FeatureOf<C> | null> {
  const { data, error, response } = await http.GET('/api/collections/{collectionId}/items/{featureId}', {
    params: { path: { collectionId, featureId } },
    ...init,
  });
  if (response.status === 404) return null;
  if (!data) throw problemOf(response, error);
  return isIn(data, collectionId) ? data : null;
}

/**
 * The OpenAPI document has one path for the items of all collections. The type of the properties follows from the
 * collection that was requested, so this does not check anything.
 */
const isIn = <C extends string>(_feature: Feature, _collection: C): _feature is FeatureOf<C> & Feature => true;

/** A page of a list. */
interface Page<F> {
  features: F[];
  links?: Link[];
}

/**
 * The features of a first page and of the pages that its `next` links lead to, until there are at
 * least `most`.
 */
export async function pages<F>(
  first: Answer<Page<F>>,
  signal?: AbortSignal,
  most = Number.POSITIVE_INFINITY,
): Promise<F[]> {
  const features: F[] = [];
  let page: Page<F> | null = await answered(first);
  while (page) {
    features.push(...page.features);
    const link: string | undefined = page.links?.find((l) => l.rel === 'next')?.href;
    // Behind a proxy, the server may know its host by another name, so only path and query are used.
    const url: URL | undefined = link ? new URL(link, location.href) : undefined;
    page =
      url && features.length < most
        ? await (await ask(url.pathname + url.search, { headers: { accept: 'application/json' }, signal })).json()
        : null;
  }
  return features;
}

/**
 * Finds features by name, the best match first; `wqhy3` finds 温泉花园3号楼. If `q` is the text of
 * an order, only its address is sent.
 */
export const search = async (q: string, limit = 8, signal?: AbortSignal): Promise<Hit[]> =>
  (await answered(http.GET('/api/search', { params: { query: { q: addressOnly(q), limit } }, signal }))).features;

export const session = async (): Promise<Session> => remember(await answered(http.GET('/api/session')));

export const signIn = async (token: string): Promise<Session> =>
  remember(await answered(http.POST('/api/session', { body: { token } })));

export const signInWithPassword = async (name: string, password: string): Promise<Session> =>
  remember(await answered(http.POST('/api/session', { body: { name, password } })));

/** Creates an account with an invite, and signs in. */
export const acceptInvite = (code: string, name: string, password: string): Promise<Session> =>
  answered(http.POST('/api/invites/accept', { body: { code, name, ...(password ? { password } : {}) } }));

export const changePassword = (old: string, to: string): Promise<Session> =>
  answered(http.PUT('/api/session/password', { body: { old, new: to } }));

export const signOut = async (): Promise<Session> => forget(await answered(http.DELETE('/api/session')));
