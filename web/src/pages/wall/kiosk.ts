// A wall screen that nobody signs in to. Its link contains a read-only token after the `#`, so that the token
// never appears in the server's log. The page exchanges it for a session, and again when the session ends.
import { ref, onScopeDispose, type Ref } from 'vue';
import * as api from '@/core/api/client';
import { backoff } from '@/core/live/backoff';

/** How often the session is checked, in milliseconds. Sessions last twelve hours. */
const LOOK = 600_000;

export interface Kiosk {
  /** The error text while signing in fails. */
  failure: Ref<string>;
  /** Signs in if necessary. Resolves when that is done or has failed. */
  ensure: () => Promise<void>;
}

export function tokenOf(hash: string): string {
  return /^#?(?:.*&)?token=(om_[0-9a-zA-Z_-]+)/.exec(hash)?.[1] ?? '';
}

export function useKiosk(hash = location.hash): Kiosk {
  const token = tokenOf(hash);
  const failure = ref('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let under: Promise<void> | null = null;

  async function look(): Promise<void> {
    clearTimeout(timer);
    let pause = LOOK;
    try {
      if ((await api.session()).role === 'public') await api.signIn(token);
      failure.value = '';
      failures = 0;
    } catch (error) {
      // An unreachable server is reported elsewhere. Only a refused token is reported here.
      const refused = error instanceof api.ApiError && error.status >= 400 && error.status < 500;
      failure.value = refused ? error.detail : '';
      pause = refused ? LOOK : backoff((failures += 1), { first: 2000, longest: 60_000 });
    }
    timer = setTimeout(() => void ensure(), pause);
  }

  function ensure(): Promise<void> {
    if (!token) return Promise.resolve();
    under ??= look().finally(() => (under = null));
    return under;
  }

  onScopeDispose(() => clearTimeout(timer));
  return { failure, ensure };
}
