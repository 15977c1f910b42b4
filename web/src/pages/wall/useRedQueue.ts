// New reds, one at a time: each is shown long enough to be read, and the latest ones are never lost among
// many. What is waiting too long behind others is in the list all the same.
import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import type { Warning } from './derive';

/** How long the camera stays with one red; milliseconds. */
const STAY = 16_000;
/** How many may wait; in a storm of reds the camera shows the newest. */
const QUEUE = 3;

export interface RedQueue {
  /** The red that is being shown now. */
  current: ShallowRef<Warning | null>;
  push: (warning: Warning) => void;
}

export function useRedQueue(on: { show: (warning: Warning) => void; rest: () => void }, stay = STAY): RedQueue {
  const current = shallowRef<Warning | null>(null);
  const waiting: Warning[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(timer));

  const next = (): void => {
    current.value = waiting.shift() ?? null;
    if (!current.value) {
      on.rest();
      return;
    }
    on.show(current.value);
    timer = setTimeout(next, stay);
  };
  return {
    current,
    push(warning) {
      if (waiting.length >= QUEUE) waiting.shift();
      waiting.push(warning);
      if (!current.value) next();
    },
  };
}
