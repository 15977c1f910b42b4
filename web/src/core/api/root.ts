// The path under which a proxy shows the service, such as `/onemap`; empty where it has none. The server
// writes it into the page.
const said =
  typeof document === 'undefined' ? null : document.querySelector<HTMLMetaElement>('meta[name="root"]')?.content;

export const ROOT: string = said ? new URL(said, document.baseURI).pathname.replace(/\/$/, '') : '';

/** A path of the service as the browser has to ask for it. One that has the root already stays as it is. */
export const under = (path: string, root: string = ROOT): string =>
  !path.startsWith('/') || path === root || path.startsWith(`${root}/`) ? path : root + path;
