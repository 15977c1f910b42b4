// Asking the server. Every failure becomes one error type that says what a person can do.
import { under } from './root';
import type { paths } from './schema';
import type { Collection, Feature, FeatureCollection, GridStatuses, Landing, Session, SignIn, WarningProperties } from './types';

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

async function problemOf(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  try {
    const problem = JSON.parse(text) as { detail?: string; title?: string };
    return new ApiError(response.status, problem.detail ?? problem.title ?? response.statusText, { ...problem });
  } catch {
    return new ApiError(response.status, response.statusText || `HTTP ${response.status}`);
  }
}

/** A path that the interface has; the compiler knows them all. */
const at = (path: keyof paths): string => path;

/** One request; rejects with an `ApiError` unless the answer is a good one. */
export async function ask(path: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(under(path), init);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(0, cause instanceof Error ? cause.message : String(cause));
  }
  if (!response.ok) throw await problemOf(response);
  return response;
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

export async function json<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await ask(path, { headers: { accept: 'application/json' }, signal: signal ?? null });
  return (await response.json()) as T;
}

export const landing = (signal?: AbortSignal): Promise<Landing> => json(at('/api/'), signal);

/** The levels of the grids, now or as they were at a moment. */
export const gridStatuses = (signal?: AbortSignal, asOf?: Date): Promise<GridStatuses> =>
  json(at('/api/grids/status') + (asOf ? `?as_of=${asOf.toISOString()}` : ''), signal);

/** The cases that are open (what is held back as likely spam is not among them), now or as they were at a moment. */
export const openWarnings = (signal?: AbortSignal, asOf?: Date): Promise<Feature<WarningProperties>[]> =>
  pages(`${at('/api/warnings')}?open=true&limit=10000${asOf ? `&as_of=${asOf.toISOString()}` : ''}`, signal);

export async function collections(signal?: AbortSignal): Promise<Collection[]> {
  return (await json<{ collections: Collection[] }>(at('/api/collections'), signal)).collections;
}

/** Every feature of a collection. Only for collections of modest size; `query` narrows them down. */
export const allItems = <P>(collection: string, signal?: AbortSignal, query: Record<string, string> = {}): Promise<Feature<P>[]> =>
  pages(`${at('/api/collections/{collectionId}/items').replace('{collectionId}', collection)}?${new URLSearchParams({ limit: '10000', ...query })}`, signal);

/** All features from `path` on, page by page along the `next` links. */
async function pages<P>(path: string, signal?: AbortSignal): Promise<Feature<P>[]> {
  const features: Feature<P>[] = [];
  let next: string | undefined = path;
  while (next) {
    const page: FeatureCollection<P> = await json(next, signal);
    features.push(...page.features);
    const link = page.links?.find((l) => l.rel === 'next')?.href;
    // Behind a proxy the server's own idea of its host may differ from ours: keep path and query.
    const url: URL | undefined = link ? new URL(link, location.href) : undefined;
    next = url && url.pathname + url.search;
  }
  return features;
}

/** A hit of the search by name, the best first; `wqhy3` finds 温泉花园3号楼. */
export type Hit = Feature<{ name?: string; number?: string; building?: string; compound?: string }> & { collection: string };

export const search = async (q: string, limit = 8, signal?: AbortSignal): Promise<Hit[]> =>
  (await json<{ features: Hit[] }>(`${at('/api/search')}?${new URLSearchParams({ q, limit: String(limit) })}`, signal)).features;

/** The style as the server serves it, `{base}` already replaced. */
export const style = <S>(name: string, signal?: AbortSignal): Promise<S> => json(at('/api/styles/{name}').replace('{name}', name), signal);

export const session = (): Promise<Session> => json(at('/api/session'));

const sendJson = (method: string, path: string, body: object): Promise<Response> =>
  ask(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

export async function signIn(token: string): Promise<void> {
  await sendJson('POST', at('/api/session'), { token } satisfies SignIn);
}

export async function signInWithPassword(name: string, password: string): Promise<void> {
  await sendJson('POST', at('/api/session'), { name, password } satisfies SignIn);
}

/** Makes an account by an invite, and signs in with it. */
export async function acceptInvite(code: string, name: string, password: string): Promise<void> {
  await sendJson('POST', at('/api/invites/accept'), { code, name, ...(password ? { password } : {}) });
}

export async function changePassword(old: string, to: string): Promise<void> {
  await sendJson('PUT', at('/api/session/password'), { old, new: to });
}

export async function signOut(): Promise<void> {
  await ask(at('/api/session'), { method: 'DELETE' });
}
