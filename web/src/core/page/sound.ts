// A soft tone for a new red case, only if it is enabled, because a command centre is noisy enough. The wall and the
// desk use it.
import { onScopeDispose, ref, watch, type Ref } from 'vue';
import { allowed, tone } from './tone';

/** New red cases within this time cause one tone, in milliseconds. */
const APART = 3000;

/** Whether the browser allows this page to play sound. */
async function mayPlay(): Promise<boolean> {
  const context = new AudioContext();
  try {
    return await allowed(context);
  } finally {
    await context.close();
  }
}

/**
 * The sound for new red cases: `news` plays one tone for red cases that arrive together; `blocked` is true
 * while the browser forbids sound.
 */
export function useSound(wanted: () => boolean): { news: () => void; blocked: Ref<boolean> } {
  const blocked = ref(false);
  let last = Number.NEGATIVE_INFINITY;
  const heard = (yes: boolean): void => {
    blocked.value = wanted() && !yes;
  };
  const silent = (): void => heard(false);

  watch(
    wanted,
    (now) => {
      blocked.value = false;
      // Checked in advance, so that somebody can still enable it.
      if (now) mayPlay().then(heard, silent);
    },
    { immediate: true },
  );
  // Browsers allow sound after a user's action.
  const touched = (): void => {
    if (blocked.value) mayPlay().then(heard, silent);
  };
  addEventListener('pointerup', touched);
  addEventListener('keyup', touched);
  onScopeDispose(() => {
    removeEventListener('pointerup', touched);
    removeEventListener('keyup', touched);
  });
  return {
    blocked,
    news() {
      const now = performance.now();
      if (!wanted() || now - last < APART) return;
      last = now;
      tone().then(heard, silent);
    },
  };
}
