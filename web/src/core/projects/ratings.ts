// The ratings that this device has given, and the key with which it may change them. The key is random and is only
// stored here; the server keeps a hash of it together with each project.
const KEY = 'onemap.rating-key';
const GIVEN = 'onemap.ratings';

type Kept = Pick<Storage, 'getItem' | 'setItem'>;

/** The key of this device. Without storage, it is valid until the page is closed. */
let unstored = '';

/** `crypto.randomUUID` is not available on pages without TLS. */
const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(24))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export function deviceKey(storage: Kept = localStorage): string {
  try {
    const kept = storage.getItem(KEY);
    if (kept) return kept;
  } catch {
    // Storage may be forbidden.
  }
  unstored ||= newKey();
  try {
    storage.setItem(KEY, unstored);
  } catch {
    // The device can rate, but not change the rating later.
  }
  return unstored;
}

/** The stars that this device gave to each project. */
export function givenRatings(storage: Kept = localStorage): Record<string, number> {
  try {
    const kept: unknown = JSON.parse(storage.getItem(GIVEN) ?? '{}');
    const entries = typeof kept === 'object' && kept !== null ? Object.entries(kept) : [];
    return Object.fromEntries(entries.filter(([, stars]) => Number.isInteger(stars))) as Record<string, number>;
  } catch {
    return {}; // storage may be forbidden, or its content may be damaged
  }
}

/** Stores a rating. Returns all ratings of this device. */
export function keepRating(id: string, stars: number, storage: Kept = localStorage): Record<string, number> {
  const all = { ...givenRatings(storage), [id]: stars };
  try {
    storage.setItem(GIVEN, JSON.stringify(all));
  } catch {
    // Without storage, the page shows the rating until it is closed.
  }
  return all;
}
