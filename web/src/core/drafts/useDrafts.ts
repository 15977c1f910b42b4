// Keeps unsent forms of the desktop pages in the browser, so that closing a form, a reload or an expired session loses
// no input. Each account has its own drafts, because several people may share a computer. The drafts are in
// `localStorage` and not in the IndexedDB of the phone pages (`core/phone/useDraft`): they are small, and a synchronous
// write keeps the last letter before a reload.
import { useEventListener } from '@vueuse/core';
import { effectScope, onScopeDispose, reactive, watch, type EffectScope } from 'vue';

/** What all drafts have, besides the fields of their form. */
export interface Unsent {
  /** The idempotency key of the request. */
  key: string;
  /** Whether the request was sent and its answer is not known. Then it is repeated with the same key. */
  tried: boolean;
  /** Whether somebody typed or chose something. Proposals of the form alone are not worth keeping. */
  touched: boolean;
}

export interface Drafts {
  /** The draft with this name, with the stored input if there is any, otherwise a new one. Its changes are stored. */
  of: <T extends Unsent>(name: string, empty: () => T) => T;
  /** Whether there is a draft with input. */
  has: (name: string) => boolean;
  /** The names of all drafts with input. */
  list: () => string[];
  /** Deletes a draft, after its form was sent. */
  drop: (name: string) => void;
}

interface Stored {
  /** When the draft was last changed, RFC 3339. */
  at: string;
  value: object;
}

const PREFIX = 'onemap.draft/';
/** Drafts that are older than this are deleted, in milliseconds. */
const LONGEST = 30 * 86_400_000;

const prefixOf = (account: string | undefined): string => `${PREFIX}${encodeURIComponent(account ?? '')}/`;

function parse(text: string | null): Stored | null {
  try {
    const kept: unknown = JSON.parse(text ?? 'null');
    return typeof kept === 'object' && kept !== null && 'at' in kept && 'value' in kept ? (kept as Stored) : null;
  } catch {
    return null;
  }
}

/** @param account the account whose drafts are used; a change switches to the drafts of the other account. */
export function useDrafts(account: () => string | undefined, now: () => number = Date.now): Drafts {
  const open = reactive(new Map<string, Unsent>());
  const scopes = new Map<string, EffectScope>();
  /** The stored names with the account, as in the storage. */
  const names = reactive(new Set<string>(stored(now())));
  const keyOf = (name: string): string => prefixOf(account()) + name;

  function forget(key: string): void {
    scopes.get(key)?.stop();
    scopes.delete(key);
    open.delete(key);
  }

  function save(key: string, draft: Unsent): void {
    if (!draft.touched && !draft.tried) return;
    names.add(key);
    try {
      localStorage.setItem(key, JSON.stringify({ at: new Date(now()).toISOString(), value: draft } satisfies Stored));
    } catch {
      // Storage is full or forbidden. The draft is kept until the page is closed.
    }
  }

  function make<T extends Unsent>(key: string, empty: () => T): void {
    const fresh = empty();
    const kept = parse(read(key))?.value as Partial<T> | undefined;
    const draft = reactive({ ...fresh, ...kept }) as T;
    // Two tabs may open the same draft and send different reports, so they share a key only if the server may know it.
    if (!draft.tried) draft.key = fresh.key;
    open.set(key, draft);
    const scope = effectScope(true);
    scopes.set(key, scope);
    scope.run(() => watch(draft, () => save(key, draft), { deep: true, flush: 'sync' }));
  }

  // Another tab stored a draft, or sent one. If this tab has the same input, it is not offered a second time.
  useEventListener('storage', ({ key, newValue, oldValue }) => {
    if (!key?.startsWith(PREFIX)) return;
    if (newValue !== null) names.add(key);
    else {
      const draft = open.get(key);
      if (draft && !isSame(draft, parse(oldValue)?.value)) return;
      names.delete(key);
      forget(key);
    }
  });
  onScopeDispose(() => {
    for (const scope of scopes.values()) scope.stop();
  });

  return {
    of<T extends Unsent>(name: string, empty: () => T): T {
      const key = keyOf(name);
      if (!open.has(key)) make(key, empty);
      return open.get(key) as T;
    },
    has: (name) => names.has(keyOf(name)),
    list() {
      const prefix = prefixOf(account());
      return [...names].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
    },
    drop(name) {
      const key = keyOf(name);
      forget(key);
      names.delete(key);
      try {
        localStorage.removeItem(key);
      } catch {
        // Nothing was stored.
      }
    },
  };
}

/** The input of a draft. */
const content = (of: object): string => JSON.stringify({ ...of, key: '', tried: false });

function isSame(draft: object, other: object | undefined): boolean {
  return other !== undefined && content(draft) === content(other);
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** The names of the stored drafts of all accounts. Deletes those that are too old. */
function stored(now: number): string[] {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .filter((key) => {
        const isFresh = now - Date.parse(parse(localStorage.getItem(key))?.at ?? '') < LONGEST;
        if (!isFresh) localStorage.removeItem(key);
        return isFresh;
      });
  } catch {
    return [];
  }
}
