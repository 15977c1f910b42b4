// A soft tone for a new red, only where the wall was asked for it: a command centre has enough noises.
import { onScopeDispose, ref, watch, type Ref } from 'vue';

/** Reds that come together are one tone; milliseconds. */
const APART = 3000;

/** How loud two soft notes are, 0 to 1. */
const VOLUME = 0.12;

/** Plays two notes once; answers false where the browser does not let a page that nobody touched be heard. */
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

/** A context that may not play stays suspended without a word; so it is given a moment. */
async function allowed(context: AudioContext): Promise<boolean> {
  await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, 300))]);
  return context.state === 'running';
}

/** Whether the browser lets this page be heard. */
async function mayPlay(): Promise<boolean> {
  const context = new AudioContext();
  try {
    return await allowed(context);
  } finally {
    await context.close();
  }
}

/** The wall's voice: `news` rings once for reds that come together; `blocked` while the browser forbids it. */
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
      // Said before it is needed, so that somebody can still do something about it.
      if (now) mayPlay().then(heard, silent);
    },
    { immediate: true },
  );
  // A hand on the wall is what browsers wait for.
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
