// The account that was last signed in with this browser. It lets a page tell an expired session from a first visit.
import type { Session } from '@/core/api/types';

const KEY = 'onemap.account';

/** The name of the last account, which is empty for an account without one; null if nobody was, or all signed out. */
export function lastAccount(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Stores who is signed in. An answer that nobody is does not count: the session may have expired. */
export function remember(session: Session): Session {
  if (session.role === 'public') return session;
  try {
    localStorage.setItem(KEY, session.account ?? '');
  } catch {
    // Without storage, an expired session looks like a first visit.
  }
  return session;
}

/** Forgets the account when somebody signs out on purpose. */
export function forget(session: Session): Session {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was stored.
  }
  return session;
}
