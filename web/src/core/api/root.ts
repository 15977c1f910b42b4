// The path under which a proxy publishes the service, such as `/onemap`; empty without one. The server writes
// it into the page.
const said =
  typeof document === 'undefined' ? null : document.querySelector<HTMLMetaElement>('meta[name="root"]')?.content;

export const ROOT: string = said ? new URL(said, document.baseURI).pathname.replace(/\/$/, '') : '';

/** Adds the public path to a path of the service. A path that already begins with it is returned unchanged. */
export const under = (path: string, root: string = ROOT): string =>
  !path.startsWith('/') || path === root || path.startsWith(`${root}/`) ? path : root + path;
