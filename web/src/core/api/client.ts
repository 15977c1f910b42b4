// Asking the server. Every failure becomes one error type that says what a person can do.
import createClient from 'openapi-fetch';
import { lang } from '@/core/i18n/lang';
import { ROOT, under } from './root';
import type { paths } from './schema';
import type { Accepted, Collection, Feature, FeatureOf, GridStatuses, Hit, Landing, Link, Session } from './types';

/** A problem document (RFC 9457), or the network's own failure with status 0. */
export class ApiError extends Error {
  override name = 'ApiError';

  constructor(
    readonly status: number,
    readonly detail: string,
    /** All that the document says, such as `allowed` or `field`. */
    readonly problem: Record<string, unknown> = {},
  ) {
    super(detail);
  }
}

/** The failure that an answer tells of; `said` is its body, parsed where it is JSON. */
function problemOf(response: Response, said: unknown): ApiError {
  const problem = typeof said === 'object' && said !== null ? (said as { detail?: string; title?: string }) : {};
  return new ApiError(
    response.status,
    problem.detail ?? problem.title ?? (response.statusText || `HTTP ${response.status}`),
    { ...problem },
  );
}

/** `fetch` in the language of the page, with the network's failure as an `ApiError`. */
async function reach(input: Request | string, init?: RequestInit): Promise<Response> {
  const headers = new Headers(init?.headers ?? (typeof input === 'string' ? undefined : input.headers));
  headers.set('accept-language', lang.value);
  try {
    return await fetch(input, { ...init, headers });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(0, cause instanceof Error ? cause.message : String(cause));
  }
}

/** Requests by path, parameters and body as the OpenAPI document has them. */
export const http = createClient<paths>({
  baseUrl: (typeof location === 'undefined' ? 'http://localhost' : location.origin) + ROOT,
  headers: { accept: 'application/json' },
  // The interface takes lists with commas: collections=grids,units.
  querySerializer: { array: { style: 'form', explode: false } },
  fetch: reach,
});

/** What a request of `http` resolves to; `Data` is inferred from the OpenAPI document. */
export type Answer<Data> = Promise<{ data?: Data; error?: unknown; response: Response }>;

/** An answer with its headers. */
export interface Whole<Data> {
  value: Data;
  response: Response;
}

/** What a request is answered with, and the headers; rejects with an `ApiError` unless the answer is a good one. */
export async function whole<Data>(asked: Answer<Data>): Promise<Whole<Data>> {
  const { data, error, response } = await asked;
  if (!response.ok) throw problemOf(response, error);
  if (data === undefined) throw new ApiError(response.status, `HTTP ${response.status} without a body`);
  return { value: data, response };
}

/** What a request is answered with; rejects with an `ApiError` unless the answer is a good one. */
export const answered = async <Data>(asked: Answer<Data>): Promise<Data> => (await whole(asked)).value;

/** Resolves when a request whose answer has no body was answered; rejects with an `ApiError`. */
export async function done(asked: Answer<unknown>): Promise<void> {
  const { error, response } = await asked;
  if (!response.ok) throw problemOf(response, error);
}

/** Asks for an address that the server gave, as a link. */
export async function ask(path: string, init?: RequestInit): Promise<Response> {
  const response = await reach(under(path), init);
  if (response.ok) return response;
  const text = await response.text().catch(() => '');
  let said: unknown = text;
  try {
    said = JSON.parse(text);
  } catch {
    // It is no problem document; its status says the rest.
  }
  throw problemOf(response, said);
}

/** How often a server that is behind is asked; each time it waits for five seconds itself. */
const ASKS = 6;

const isAccepted = (answer: unknown): answer is Accepted =>
  typeof answer === 'object' && answer !== null && 'seq' in answer && 'location' in answer;
const isShown = <Sent>(_: Sent, { status }: Response): _ is Exclude<Sent, Accepted> => status !== 202;

/** Asks a server for what it has saved and does not show yet, until it does. */
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

/** The answer to a write. What is saved and not shown yet (202) is waited for; `read` asks for it. */
export async function written<Sent, Data>(
  asked: Answer<Sent>,
  read: (id: string, minSeq: number) => Answer<Data>,
): Promise<Whole<Exclude<Sent, Accepted> | Data>> {
  const { value, response } = await whole(asked);
  if (isShown(value, response)) return { value, response };
  if (isAccepted(value)) return shown(value, read);
  throw new ApiError(response.status, `HTTP ${response.status} without the number of the commit`);
}

/** Resolves when a write whose answer is of no interest is shown by the server. */
export async function isWritten(asked: Answer<unknown>, read: (minSeq: number) => Answer<unknown>): Promise<void> {
  const { data, error, response } = await asked;
  if (!response.ok) throw problemOf(response, error);
  if (response.status === 202 && isAccepted(data)) await shown(data, (_, minSeq) => read(minSeq));
}

export const landing = (signal?: AbortSignal): Promise<Landing> => answered(http.GET('/api/', { signal }));

/** The levels of the grids, now or as they were at a moment. */
export const gridStatuses = (signal?: AbortSignal, asOf?: Date): Promise<GridStatuses> =>
  answered(http.GET('/api/grids/status', { params: { query: { as_of: asOf?.toISOString() } }, signal }));

/** The cases that are open (what is held back as likely spam is not among them), now or as they were at a moment. */
export const openWarnings = (signal?: AbortSignal, asOf?: Date): Promise<FeatureOf<'warnings'>[]> =>
  pages(
    http.GET('/api/warnings', { params: { query: { open: true, limit: PAGE, as_of: asOf?.toISOString() } }, signal }),
    signal,
  );

export const collections = async (signal?: AbortSignal): Promise<Collection[]> =>
  (await answered(http.GET('/api/collections', { signal }))).collections;

/** How many features are asked for at a time. */
const PAGE = 10_000;

/** Every feature of a collection. Only for collections of modest size; `query` narrows them down, by properties too. */
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

/** A feature; null where there is none of that id. */
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

/** The document has one path for the items of all collections; which properties they have follows from the collection
 * that was asked for, and they need no looking at. */
const isIn = <C extends string>(_feature: Feature, _collection: C): _feature is FeatureOf<C> & Feature => true;

/** A page of a list. */
interface Page<F> {
  features: F[];
  links?: Link[];
}

/** The features of a first page and of all that follow it along the `next` links, up to `most`. */
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
    // Behind a proxy the server's own idea of its host may differ from ours: keep path and query.
    const url: URL | undefined = link ? new URL(link, location.href) : undefined;
    page =
      url && features.length < most
        ? await (await ask(url.pathname + url.search, { headers: { accept: 'application/json' }, signal })).json()
        : null;
  }
  return features;
}

/** Features by name, the best first; `wqhy3` finds 温泉花园3号楼. */
export const search = async (q: string, limit = 8, signal?: AbortSignal): Promise<Hit[]> =>
  (await answered(http.GET('/api/search', { params: { query: { q, limit } }, signal }))).features;

export const session = (): Promise<Session> => answered(http.GET('/api/session'));

export const signIn = (token: string): Promise<Session> => answered(http.POST('/api/session', { body: { token } }));

export const signInWithPassword = (name: string, password: string): Promise<Session> =>
  answered(http.POST('/api/session', { body: { name, password } }));

/** Makes an account by an invite, and signs in with it. */
export const acceptInvite = (code: string, name: string, password: string): Promise<Session> =>
  answered(http.POST('/api/invites/accept', { body: { code, name, ...(password ? { password } : {}) } }));

export const changePassword = (old: string, to: string): Promise<Session> =>
  answered(http.PUT('/api/session/password', { body: { old, new: to } }));

export const signOut = (): Promise<Session> => answered(http.DELETE('/api/session'));
