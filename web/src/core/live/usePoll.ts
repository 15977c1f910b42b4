// Asks the server something again and again: one question at a time, less and less often after failures, never while
// nobody looks, and at once when the network is back or somebody looks again. All that a page asks by the clock goes
// through here, `useLive` too.
import { useDocumentVisibility, useEventListener } from '@vueuse/core';
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { backoff, type Pause } from './backoff';

export interface PollOptions {
  /** Asks, and keeps what was answered. Never called twice at a time. */
  ask: (signal: AbortSignal) => Promise<void>;
  /** Milliseconds from an answer to the next question; null where it is not asked again by itself. */
  every?: () => number | null;
  /** Pauses after failures; milliseconds. */
  pause?: Pause;
  /** A question that is not answered after this has failed; milliseconds. */
  patience?: number;
  /** `touch` asks not sooner than this; milliseconds. */
  soon?: number;
  /** `touch` asks not sooner than this after the last question; milliseconds. */
  seldom?: number;
  /** Called after a failure, before the next attempt is planned. */
  failed?: (error: unknown) => void | Promise<void>;
  /** Whether to ask, though nothing failed, when the network is back or somebody looks again. Where `every` is given,
   * it is asked anyway. */
  wanted?: () => boolean;
  /** Whether it goes on while the tab is hidden. */
  hidden?: boolean;
}

export interface Poll {
  /** Why the last question failed; null where it did not. */
  error: ShallowRef<unknown>;
  asking: Ref<boolean>;
  /** Asks now; resolves after the attempt. During a question, it asks once more after it. */
  ask: () => Promise<void>;
  /** Something happened: asks soon. */
  touch: () => void;
  /** What was asked is not wanted any more: gives it up and asks now. */
  anew: () => void;
}

/** Nothing is asked before the first `ask`, `touch` or `anew`, or after the end of its scope. */
export function usePoll(options: PollOptions): Poll {
  const { soon = 0, seldom = 0 } = options;
  const error = shallowRef<unknown>(null);
  const asking = ref(false);
  const visibility = useDocumentVisibility();
  let ended = false;
  let current: AbortController | null = null;
  /** The question that was given up for another. */
  let dropped: AbortController | null = null;
  let running: Promise<void> | null = null;
  let again: Promise<void> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** When the next question is due, and when the last one was asked; milliseconds. */
  let due = Number.POSITIVE_INFINITY;
  let asked = Number.NEGATIVE_INFINITY;
  /** Whether a question fell due while nobody looked. */
  let missed = false;
  let failures = 0;

  const isHidden = (): boolean => visibility.value === 'hidden' && !options.hidden;

  /** Asks in so many milliseconds, unless it is asked sooner anyway. */
  function plan(milliseconds: number): void {
    const at = Date.now() + milliseconds;
    if (ended || at >= due) return;
    due = at;
    clearTimeout(timer);
    timer = setTimeout(() => {
      due = Number.POSITIVE_INFINITY;
      if (isHidden()) missed = true;
      else void ask();
    }, milliseconds);
  }

  async function attempt(): Promise<void> {
    clearTimeout(timer);
    due = Number.POSITIVE_INFINITY;
    asked = Date.now();
    missed = false;
    const mine = new AbortController();
    current = mine;
    const patience = options.patience === undefined ? undefined : setTimeout(() => mine.abort(), options.patience);
    asking.value = true;
    try {
      await options.ask(mine.signal);
      if (ended || mine === dropped) return;
      error.value = null;
      failures = 0;
      const next = options.every?.() ?? null;
      if (next !== null) plan(next);
    } catch (cause) {
      if (ended || mine === dropped) return;
      error.value = cause;
      await Promise.resolve(options.failed?.(cause)).catch(() => {});
      plan(backoff(failures, options.pause ?? { first: 2000, longest: 15_000 }));
      failures += 1;
    } finally {
      clearTimeout(patience);
      asking.value = false;
    }
  }

  function ask(): Promise<void> {
    if (ended) return Promise.resolve();
    if (!running) {
      running = attempt().finally(() => {
        running = null;
      });
      return running;
    }
    again ??= running.then(() => {
      again = null;
      return ask();
    });
    return again;
  }

  const touch = (): void => plan(Math.max(soon, asked + seldom - Date.now()));

  /** The network is back, or the tab was hidden or is seen again. */
  function hurry(): void {
    if (isHidden() || visibility.value === 'hidden' || asked === Number.NEGATIVE_INFINITY) return;
    if (error.value !== null) void ask();
    else if (missed || options.every !== undefined || options.wanted?.()) touch();
  }
  useEventListener('online', hurry);
  watch(visibility, hurry);

  onScopeDispose(() => {
    ended = true;
    clearTimeout(timer);
    current?.abort();
  });
  return {
    error,
    asking,
    ask,
    touch,
    anew() {
      dropped = running ? current : null;
      dropped?.abort();
      void ask();
    },
  };
}
