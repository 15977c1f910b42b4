// The path under which a proxy publishes the service, such as `/onemap`; empty without one. The server writes
// it into the page.
const said =
  typeof document === 'undefined' ? null : document.querySelector<HTMLMetaElement>('meta[name="root"]')?.content;

export const ROOT: string = said ? new URL(said, document.baseURI).pathname.replace(/\/$/, '') : '';

/** A path of the service as the browser has to request it. A path that already has the root stays as it is. */
export const under = (path: string, root: string = ROOT): string =>
  !path.startsWith('/') || path === root || path.startsWith(`${root}/`) ? path : root + path;
