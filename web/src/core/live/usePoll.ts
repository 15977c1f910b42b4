// Repeats a request: one at a time, with growing pauses after failures, not while the tab is hidden, and at once
// when the network or the tab comes back. All periodic requests use it, including `useLive`.
import { useDocumentVisibility, useEventListener } from '@vueuse/core';
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { backoff, type Pause } from './backoff';

export interface PollOptions {
  /** Sends the request and stores its result. Never called twice at a time. */
  ask: (signal: AbortSignal) => Promise<void>;
  /** The pause from an answer to the next request, in milliseconds; null for no automatic repetition. */
  every?: () => number | null;
  /** The pauses after failures, in milliseconds. */
  pause?: Pause;
  /** A request without an answer after this time has failed, in milliseconds. */
  patience?: number;
  /** The shortest time from a call of `touch` to its request, in milliseconds. */
  soon?: number;
  /** The shortest time from the last request to a request that `touch` causes, in milliseconds. */
  seldom?: number;
  /** Called after a failure, before the next attempt is planned. */
  failed?: (error: unknown) => void | Promise<void>;
  /**
   * Whether to send a request when the network or the tab comes back, although nothing failed. With `every`, this
   * happens anyway.
   */
  wanted?: () => boolean;
  /** Whether to continue while the tab is hidden. */
  hidden?: () => boolean;
}

export interface Poll {
  /** The error of the last request; null if it succeeded. */
  error: ShallowRef<unknown>;
  asking: Ref<boolean>;
  /** Sends a request now. Resolves after the attempt. If a request is running, another one follows it. */
  ask: () => Promise<void>;
  /** Plans a request soon, because something changed. */
  touch: () => void;
  /** Cancels the running request, whose result is no longer wanted, and sends a new one. */
  anew: () => void;
}

/** Nothing is requested before the first call of `ask`, `touch` or `anew`, or after the end of the scope. */
export function usePoll(options: PollOptions): Poll {
  const { soon = 0, seldom = 0 } = options;
  const error = shallowRef<unknown>(null);
  const asking = ref(false);
  const visibility = useDocumentVisibility();
  let ended = false;
  let current: AbortController | null = null;
  /** The request that was cancelled in favour of another. */
  let dropped: AbortController | null = null;
  let running: Promise<void> | null = null;
  let again: Promise<void> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** When the next request is due, and when the last one was sent, in milliseconds. */
  let due = Number.POSITIVE_INFINITY;
  let asked = Number.NEGATIVE_INFINITY;
  /** Whether a request was due while the tab was hidden. */
  let missed = false;
  let failures = 0;

  const isHidden = (): boolean => visibility.value === 'hidden' && !options.hidden?.();

  /** Plans a request after this time, unless an earlier one is planned. */
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

  /** Called when the network comes back, or the tab is hidden or shown. */
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
