// Which requests the phone's service worker answers, and how. Pure, so that it can be tested: what is not
// named here goes to the network untouched, above all every answer of the interface that can change.

/** `shell`: the app as it was installed. `tile`: the network, and only without one what was seen before.
 * `photo`: never changes under its id, so what was seen is as good. `pass`: none of our business. */
export type Plan = 'shell' | 'tile' | 'photo' | 'pass';

export interface Asked {
  url: string;
  method: string;
  /** `navigate` for pages. */
  mode: string;
}

/** The plan for a request of a page at `scope` (`/field` or `/report`, under `root`), whose shell has the files
 * `shell`. */
export function planFor(
  { url, method, mode }: Asked,
  scope: string,
  origin: string,
  shell: ReadonlySet<string>,
  root = '',
): Plan {
  const { origin: asked, pathname, searchParams } = new URL(url);
  if (method !== 'GET' || asked !== origin) return 'pass';
  // What is open within the page has an address under it; the page's own router reads it.
  if (mode === 'navigate') return pathname === scope || pathname.startsWith(`${scope}/`) ? 'shell' : 'pass';
  if (shell.has(pathname)) return 'shell';
  const path = pathname.startsWith(`${root}/`) ? pathname.slice(root.length) : '';
  if (path.startsWith('/api/tiles/') || path.startsWith('/api/styles/')) return 'tile';
  // With a receipt in it the address is a key: such a photo is not kept.
  if (/^\/api\/photos\/[^/]+$/.test(path) && !searchParams.has('receipt')) return 'photo';
  return 'pass';
}
