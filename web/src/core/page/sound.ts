// A soft tone for a new red case, only if it is enabled, because a command centre is noisy enough. The wall and the
// desk use it.
import { onScopeDispose, ref, watch, type Ref } from 'vue';

/** New red cases within this time cause one tone, in milliseconds. */
const APART = 3000;

/** The volume of the two notes, 0 to 1. */
const VOLUME = 0.12;

/** Plays two notes. Resolves to false if the browser does not allow sound without a user's action. */
export async function tone(): Promise<boolean> {
  const context = new AudioContext();
  try {
    if (!(await allowed(context))) return false;
    const volume = context.createGain();
    volume.connect(context.destination);
    for (const [i, hertz] of [660, 880].entries()) {
      const from = context.currentTime + i * 0.22;
      const note = context.createOscillator();
      note.frequency.value = hertz;
      note.connect(volume);
      note.start(from);
      note.stop(from + 0.2);
      volume.gain.setValueAtTime(0.0001, from);
      volume.gain.exponentialRampToValueAtTime(VOLUME, from + 0.03);
      volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.2);
    }
    await new Promise((resolve) => setTimeout(resolve, 700));
    return true;
  } finally {
    await context.close();
  }
}

/**
 * Waits a moment for the audio context to start. One that is not allowed to play stays suspended without an
 * error.
 */
async function allowed(context: AudioContext): Promise<boolean> {
  await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, 300))]);
  return context.state === 'running';
}

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
