// Full screen by a key, and a lock that keeps the screen awake while the page is visible.
import { onScopeDispose, ref, type Ref } from 'vue';

/** The width of the card of a grid in rem. */
export const CARD_REM = 64;

export interface Screen {
  full: Ref<boolean>;
  toggleFull: () => void;
}

export function useScreen(): Screen {
  const full = ref(document.fullscreenElement !== null);
  let lock: WakeLockSentinel | null = null;
  let wanted = true;

  // A hidden page loses the lock and requests it again when it is visible. If there is no such lock
  // (an old browser, no HTTPS, a low battery), the settings of the machine apply.
  async function stayAwake(): Promise<void> {
    if (!wanted || document.hidden || (lock && !lock.released) || !('wakeLock' in navigator)) return;
    try {
      lock = await navigator.wakeLock.request('screen');
      if (!wanted) await lock.release();
    } catch {
      lock = null;
    }
  }
  const seen = (): void => void stayAwake();
  const turned = (): void => {
    full.value = document.fullscreenElement !== null;
  };
  document.addEventListener('visibilitychange', seen);
  document.addEventListener('fullscreenchange', turned);
  void stayAwake();
  onScopeDispose(() => {
    wanted = false;
    document.removeEventListener('visibilitychange', seen);
    document.removeEventListener('fullscreenchange', turned);
    lock?.release().catch(() => {});
  });
  return {
    full,
    toggleFull() {
      // Browsers refuse full screen without a user's action. Then nothing happens.
      const done = document.fullscreenElement
        ? document.exitFullscreen()
        : document.documentElement.requestFullscreen();
      done.catch(() => {});
    },
  };
}
