// The screen itself: full screen by a key, and awake as long as the wall is on it.
import { onScopeDispose, ref, type Ref } from 'vue';

export interface Screen {
  full: Ref<boolean>;
  toggleFull: () => void;
}

export function useScreen(): Screen {
  const full = ref(document.fullscreenElement !== null);
  let lock: WakeLockSentinel | null = null;
  let wanted = true;

  // A hidden page loses its lock; one that is seen again asks anew. Where there is none (an old browser, no HTTPS,
  // an empty battery) the machine's own settings decide.
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
      // Refused where no hand asked for it; then nothing happens.
      const done = document.fullscreenElement
        ? document.exitFullscreen()
        : document.documentElement.requestFullscreen();
      done.catch(() => {});
    },
  };
}
