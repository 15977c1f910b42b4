// Decides in which files modules are built, so that the rider's page loads few: a browser loads six at a time without
// HTTP/2, and on a slow phone network each further round costs half a second.

/** What the bundler knows about a module. */
interface Module {
  importedIds: readonly string[];
  dynamicallyImportedIds: readonly string[];
}
export interface Modules {
  getModuleInfo: (id: string) => Module | null;
}

const isPage = (id: string): boolean => id.endsWith('/src/pages/rider/RiderPage.vue');
const isRouter = (id: string): boolean => id.endsWith('/src/router.ts');

/** The modules that are loaded together with some modules. */
function loadedWith(ids: readonly string[], modules: Modules): Set<string> {
  const found = new Set<string>();
  const rest = [...ids];
  for (let id = rest.pop(); id !== undefined; id = rest.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    rest.push(...(modules.getModuleInfo(id)?.importedIds ?? []));
  }
  return found;
}

/**
 * The name of the file of a module: `common` for what the rider's page shares with other pages, `RiderPage` for its
 * own modules, null for all others.
 */
export function chunkNames(router: string): (id: string, modules: Modules) => string | null {
  let known: { rider: Set<string>; others: Set<string> } | null = null;
  const look = (modules: Modules): { rider: Set<string>; others: Set<string> } => {
    const pages = modules.getModuleInfo(router)?.dynamicallyImportedIds ?? [];
    if (!isRouter(router) || !pages.some(isPage)) throw new Error(`${router} does not load the rider's page`);
    return {
      rider: loadedWith(pages.filter(isPage), modules),
      others: loadedWith([router, ...pages.filter((page) => !isPage(page))], modules),
    };
  };
  return (id, modules) => {
    known ??= look(modules);
    // Every page begins with these styles.
    if (id.includes('/src/core/theme/')) return 'common';
    if (!known.rider.has(id)) return null;
    return known.others.has(id) ? 'common' : 'RiderPage';
  };
}
