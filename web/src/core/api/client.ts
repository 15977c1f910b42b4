// Asking the server. Every failure becomes one error type that says what a person can do.
import createClient from 'openapi-fetch';
import { ROOT, under } from './root';
import type { paths } from './schema';
import type { Collection, Feature, GridStatuses, Landing, Link, Session, WarningProperties } from './types';

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

/** `fetch`, with the network's failure as an `ApiError`. */
async function reach(input: Request | string, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(input, init);
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

interface Answer {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/** What a request is answered with; rejects with an `ApiError` unless the answer is a good one. */
export async function answered<T>(asked: Promise<Answer>): Promise<T> {
  const { data, error, response } = await asked;
  if (!response.ok) throw problemOf(response, error);
  return data as T;
}

/** The answer itself, with its headers, to a request with `parseAs: 'stream'`. */
export async function raw(asked: Promise<Answer>): Promise<Response> {
  const { error, response } = await asked;
  if (!response.ok) throw problemOf(response, error);
  return response;
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

/** The answer to a write. A server that has saved it and does not show it yet (202) is waited for, until it is read
 * from where the answer says. */
export async function visible(response: Response, init?: RequestInit): Promise<Response> {
  if (response.status !== 202) return response;
  const { seq, location: there } = (await response.clone().json()) as { seq: number; location: string };
  // Behind a proxy the server's own idea of its host may differ from ours: keep path and query.
  const url = new URL(there, location.href);
  url.searchParams.set('min-seq', String(seq));
  for (let asked = 1; ; asked++) {
    try {
      return await ask(url.pathname + url.search, { ...init, cache: 'no-cache' });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 503 && asked < ASKS)) throw error;
    }
  }
}

export const landing = (signal?: AbortSignal): Promise<Landing> => answered(http.GET('/api/', { signal }));

/** The levels of the grids, now or as they were at a moment. */
export const gridStatuses = (signal?: AbortSignal, asOf?: Date): Promise<GridStatuses> =>
  answered(http.GET('/api/grids/status', { params: { query: { as_of: asOf?.toISOString() } }, signal }));

/** The cases that are open (what is held back as likely spam is not among them), now or as they were at a moment. */
export const openWarnings = (signal?: AbortSignal, asOf?: Date): Promise<Feature<WarningProperties>[]> =>
  pages(
    http.GET('/api/warnings', { params: { query: { open: true, limit: PAGE, as_of: asOf?.toISOString() } }, signal }),
    signal,
  );

export async function collections(signal?: AbortSignal): Promise<Collection[]> {
  return (await answered<{ collections: Collection[] }>(http.GET('/api/collections', { signal }))).collections;
}

/** How many features are asked for at a time. */
const PAGE = 10_000;

/** Every feature of a collection. Only for collections of modest size; `query` narrows them down, by properties too. */
export const allItems = <P>(
  collectionId: string,
  signal?: AbortSignal,
  query: Record<string, string> = {},
): Promise<Feature<P>[]> =>
  pages(
    http.GET('/api/collections/{collectionId}/items', {
      params: { path: { collectionId }, query: { ...query, limit: PAGE } },
      signal,
    }),
    signal,
  );

/** The features of a first page and of all that follow it along the `next` links, up to `most`. */
export async function pages<P, F = Feature<P>>(
  first: Promise<Answer>,
  signal?: AbortSignal,
  most = Number.POSITIVE_INFINITY,
): Promise<F[]> {
  const features: F[] = [];
  let page: { features: F[]; links?: Link[] } | null = await answered(first);
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

/** A hit of the search by name, the best first; `wqhy3` finds 温泉花园3号楼. */
export type Hit = Feature<{ name?: string; number?: string; building?: string; compound?: string }> & {
  collection: string;
};

export const search = async (q: string, limit = 8, signal?: AbortSignal): Promise<Hit[]> =>
  (await answered<{ features: Hit[] }>(http.GET('/api/search', { params: { query: { q, limit } }, signal }))).features;

/** The style as the server serves it, `{base}` already replaced. */
export const style = <S>(name: string, signal?: AbortSignal): Promise<S> =>
  answered(http.GET('/api/styles/{name}', { params: { path: { name } }, signal }));

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
