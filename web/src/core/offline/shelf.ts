// Storage on the phone for data that is not sent yet, in IndexedDB. If the browser allows no storage (a private
// window), the data is kept in memory and `lasting` is false, so that the page can warn.

/**
 * The kinds of stored data: steps to send, a resident's reports to send, photos, unsent forms, and the last
 * answers.
 */
export const DRAWERS = ['outbox', 'reports', 'photos', 'drafts', 'kept'] as const;
export type Drawer = (typeof DRAWERS)[number];

export interface Shelf {
  /** Whether the data survives a reload. */
  readonly lasting: boolean;
  get: <T>(drawer: Drawer, id: string) => Promise<T | undefined>;
  /** All items of a kind, by id. */
  all: <T>(drawer: Drawer) => Promise<T[]>;
  put: (drawer: Drawer, value: { id: string }) => Promise<void>;
  delete: (drawer: Drawer, id: string) => Promise<void>;
}

const NAME = 'onemap-phone';

/** Storage for this visit only. Tests use it too. */
export function shelfInMemory(): Shelf {
  const drawers = new Map<Drawer, Map<string, unknown>>(DRAWERS.map((d) => [d, new Map<string, unknown>()]));
  const of = (drawer: Drawer): Map<string, unknown> => drawers.get(drawer) ?? new Map<string, unknown>();
  return {
    lasting: false,
    get: async <T>(drawer: Drawer, id: string) => structuredClone(of(drawer).get(id)) as T | undefined,
    all: async <T>(drawer: Drawer) =>
      [...of(drawer)].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => structuredClone(value) as T),
    async put(drawer, value) {
      of(drawer).set(value.id, structuredClone(value));
    },
    async delete(drawer, id) {
      of(drawer).delete(id);
    },
  };
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB')));
  });
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, 1);
  request.addEventListener('upgradeneeded', () => {
    for (const drawer of DRAWERS) request.result.createObjectStore(drawer, { keyPath: 'id' });
  });
  return done(request);
}

function shelfOf(database: IDBDatabase): Shelf {
  // A write counts only when its transaction is complete, not when it was requested.
  const write = (drawer: Drawer, work: (store: IDBObjectStore) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction(drawer, 'readwrite', { durability: 'strict' });
      transaction.addEventListener('complete', () => resolve());
      for (const failure of ['error', 'abort'])
        transaction.addEventListener(failure, () => reject(transaction.error ?? new Error('IndexedDB')));
      work(transaction.objectStore(drawer));
    });
  const read = (drawer: Drawer): IDBObjectStore => database.transaction(drawer).objectStore(drawer);
  return {
    lasting: true,
    get: <T>(drawer: Drawer, id: string) => done(read(drawer).get(id)) as Promise<T | undefined>,
    all: <T>(drawer: Drawer) => done(read(drawer).getAll()) as Promise<T[]>,
    put: (drawer, value) => write(drawer, (store) => store.put(value)),
    delete: (drawer, id) => write(drawer, (store) => store.delete(id)),
  };
}

let opened: Promise<Shelf> | null = null;

/** The storage of this phone. */
export function shelf(): Promise<Shelf> {
  opened ??= open().then(shelfOf, shelfInMemory);
  return opened;
}
