// Decides which requests the service worker of the phone pages answers, and how. All other requests go to the
// network, in particular all API answers that can change. Pure functions.

/**
 * `shell`: the installed app. `tile`: from the network, or the cached one if the network fails or
 * is slow. `photo`: from the cache, because a photo never changes under its id. `pass`: not
 * handled.
 */
export type Plan = 'shell' | 'tile' | 'photo' | 'pass';

export interface Asked {
  url: string;
  method: string;
  /** The mode of the request; `navigate` for pages. */
  mode: string;
  /** The cache mode of the request. The page itself stores what it requests with `reload`. */
  cache?: string;
}

/**
 * How to answer a request of a page at `scope` (such as `/field`, under `root`); `shell` lists the files
 * of its app.
 */
export function planFor(
  { url, method, mode, cache }: Asked,
  scope: string,
  origin: string,
  shell: ReadonlySet<string>,
  root = '',
): Plan {
  const { origin: asked, pathname, searchParams } = new URL(url);
  if (method !== 'GET' || asked !== origin) return 'pass';
  // Addresses below the page show what is open in it; the page's own router reads them.
  if (mode === 'navigate') return pathname === scope || pathname.startsWith(`${scope}/`) ? 'shell' : 'pass';
  if (shell.has(pathname)) return 'shell';
  const path = pathname.startsWith(`${root}/`) ? pathname.slice(root.length) : '';
  if (path.startsWith('/api/tiles/') || path.startsWith('/api/styles/')) return cache === 'reload' ? 'pass' : 'tile';
  // An address with a receipt contains a secret, so the photo is not cached.
  if (/^\/api\/photos\/[^/]+$/.test(path) && !searchParams.has('receipt')) return 'photo';
  return 'pass';
}
