// Decides which modules are bundled into which file, so that the rider's page loads few files.
// Without HTTP/2, a browser loads six files at a time; on a slow phone network, each further round
// takes half a second.

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

/** These modules, and all modules that they import statically, directly or indirectly. */
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
 * Returns a function that names the file of a module: `common` if the rider's page and other pages
 * need the module, `RiderPage` if only the rider's page needs it, null for all others. `router` is
 * the id of the module `router.ts`.
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
    // Every page loads these styles first.
    if (id.includes('/src/core/theme/')) return 'common';
    if (!known.rider.has(id)) return null;
    return known.others.has(id) ? 'common' : 'RiderPage';
  };
}
