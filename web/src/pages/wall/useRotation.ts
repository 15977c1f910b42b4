// Turns the pages of the panels, because nobody is there to scroll them. All panels turn at the same time, so that the
// screen is still in between.
import { useIntervalFn, useTimeoutFn } from '@vueuse/core';
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue';

import { PAUSE } from './tour';

/** After a user's action, the pages are not turned for this long, in milliseconds. */
export const READING = 30_000;

export interface Rotation {
  /** How often the pages were turned since the last restart. */
  turn: Ref<number>;
  /** Whether somebody has paused the turning. It continues by itself after the same time as the tour. */
  paused: Ref<boolean>;
  /** Whether pages are turned at all. */
  turns: ComputedRef<boolean>;
  /** Shows the first pages again. */
  restart: () => void;
  /** Waits, because somebody uses the screen. */
  touch: () => void;
  /** Pauses or continues. */
  toggle: () => void;
}

/** `seconds` is how long each page is shown; 0 for no turning. */
export function useRotation(seconds: () => number): Rotation {
  const turn = ref(0);
  const paused = ref(false);
  let touched = Number.NEGATIVE_INFINITY;
  const thaw = useTimeoutFn(() => (paused.value = false), PAUSE, { immediate: false });
  const turns = computed(() => seconds() > 0);
  const { resume, pause } = useIntervalFn(
    () => {
      if (!paused.value && Date.now() - touched >= READING) turn.value += 1;
    },
    () => Math.max(1, seconds()) * 1000,
    { immediate: false },
  );
  watch(turns, (on) => (on ? resume() : pause()), { immediate: true });
  return {
    turn,
    paused,
    turns,
    restart() {
      turn.value = 0;
      // The first page is shown as long as any other.
      if (turns.value) resume();
    },
    touch: () => (touched = Date.now()),
    toggle() {
      paused.value = !paused.value;
      if (paused.value) thaw.start();
      else thaw.stop();
      touched = Number.NEGATIVE_INFINITY;
    },
  };
}
