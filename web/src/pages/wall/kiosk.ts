// A wall that nobody signs in to: its link carries a token that can only read, behind the `#`, so that it never
// travels in an address to the server's log. The page turns it into a session, and again when the session ends.
import { ref, onScopeDispose, type Ref } from 'vue';
import * as api from '@/core/api/client';
import { backoff } from '@/core/live/backoff';

/** Sessions last twelve hours; looked at so often; milliseconds. */
const LOOK = 600_000;

export interface Kiosk {
  /** In words, while signing in fails. */
  failure: Ref<string>;
  /** Signs in where that is needed; resolves when it is, or can't be. */
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
      // A server that is away says so elsewhere; a token that is refused is worth saying here.
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
