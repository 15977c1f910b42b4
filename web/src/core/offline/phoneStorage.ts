// Storage on the phone in IndexedDB: data that is not sent yet and, in a database of its own, the map's data for use
// without a network. If the browser allows no storage (a private window), the data is kept in memory and `lasting` is
// false, so that the page can warn.

/**
 * The kinds of stored data: steps to send, a resident's reports to send, photos, unsent forms, and
 * the last answers of the server.
 */
export const STORES = ['outbox', 'reports', 'photos', 'drafts', 'kept'] as const;
/** The map's data for use without a network: the manifest, and the parts by their hashes. */
const NETWORK_STORES = ['network'] as const;
export type StoreName = (typeof STORES)[number] | (typeof NETWORK_STORES)[number];

export interface PhoneStorage {
  /** Whether the data survives a reload. */
  readonly lasting: boolean;
  get: <T>(name: StoreName, id: string) => Promise<T | undefined>;
  ids: (name: StoreName) => Promise<string[]>;
  /** All items of a kind, by id. */
  all: <T>(name: StoreName) => Promise<T[]>;
  put: (name: StoreName, value: { id: string }) => Promise<void>;
  delete: (name: StoreName, id: string) => Promise<void>;
}

/** Storage for this visit only. Tests use it too. */
export function storageInMemory(): PhoneStorage {
  const stores = new Map<StoreName, Map<string, unknown>>(
    [...STORES, ...NETWORK_STORES].map((d) => [d, new Map<string, unknown>()]),
  );
  const of = (name: StoreName): Map<string, unknown> => stores.get(name) ?? new Map<string, unknown>();
  return {
    lasting: false,
    get: async <T>(name: StoreName, id: string) => structuredClone(of(name).get(id)) as T | undefined,
    ids: async (name) => [...of(name).keys()],
    all: async <T>(name: StoreName) =>
      [...of(name)].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => structuredClone(value) as T),
    async put(name, value) {
      of(name).set(value.id, structuredClone(value));
    },
    async delete(name, id) {
      of(name).delete(id);
    },
  };
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('The request to IndexedDB failed')));
  });
}

async function open(database: string, stores: readonly StoreName[]): Promise<IDBDatabase> {
  const request = indexedDB.open(database, 1);
  request.addEventListener('upgradeneeded', () => {
    for (const name of stores) request.result.createObjectStore(name, { keyPath: 'id' });
  });
  return done(request);
}

function storageOf(database: IDBDatabase): PhoneStorage {
  // A write counts only when its transaction is complete, not when it was requested.
  const write = (name: StoreName, work: (store: IDBObjectStore) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction(name, 'readwrite', { durability: 'strict' });
      transaction.addEventListener('complete', () => resolve());
      for (const failure of ['error', 'abort'])
        transaction.addEventListener(failure, () =>
          reject(transaction.error ?? new Error('The write to IndexedDB failed')),
        );
      work(transaction.objectStore(name));
    });
  const read = (name: StoreName): IDBObjectStore => database.transaction(name).objectStore(name);
  return {
    lasting: true,
    get: <T>(name: StoreName, id: string) => done(read(name).get(id)) as Promise<T | undefined>,
    ids: async (name) => (await done(read(name).getAllKeys())).map(String),
    all: <T>(name: StoreName) => done(read(name).getAll()) as Promise<T[]>,
    put: (name, value) => write(name, (store) => store.put(value)),
    delete: (name, id) => write(name, (store) => store.delete(id)),
  };
}

let opened: Promise<PhoneStorage> | null = null;
let openedNetwork: Promise<PhoneStorage> | null = null;

/**
 * The storage of this phone for data that is not sent yet, and for the last answers of the server.
 */
export function phoneStorage(): Promise<PhoneStorage> {
  opened ??= open('onemap-phone', STORES).then(storageOf, storageInMemory);
  return opened;
}

/** The storage of this phone for the map's data. It contains nothing that cannot be loaded again. */
export function networkStorage(): Promise<PhoneStorage> {
  openedNetwork ??= open('onemap-network', NETWORK_STORES).then(storageOf, storageInMemory);
  return openedNetwork;
}
