// What every page with live data uses: it loads, follows the feed, loads again where the feed cannot tell what
// happened, and tries again after a failure. A page says what it loads and how a commit changes it.
import { useDocumentVisibility, useEventListener, useIntervalFn } from '@vueuse/core';
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import type { Bbox, CommitEvent } from '@/core/api/types';
import { backoff, type Pause } from './backoff';
import { useFreshness, type Freshness } from './freshness';
import { hubOf, type Hub, type Subscription } from './hub';

/** `failed`: not loaded once, and trying again. `ended`: `load` said that there is nothing to follow. */
export type LivePhase = 'idle' | 'loading' | 'ready' | 'failed' | 'ended';

export interface LiveOptions {
  /** Loads all of it; answers the commit that it stands at, from which the feed goes on, or null where there is nothing
   * to follow (nobody is signed in). Called again after a failure, and where the feed cannot tell what was missed. Never
   * called twice at a time. */
  load: (signal: AbortSignal) => Promise<number | null>;
  /** Folds a commit in; answers false where everything has to be loaded again. */
  apply?: (commit: CommitEvent) => boolean | void;
  /** Called after a load failed, before it is tried again. */
  failed?: (error: unknown) => void | Promise<void>;
  /** Pauses after failed loads; milliseconds. */
  pause?: Pause;
  /** Loads again after so many milliseconds while the tab is visible, instead of keeping a feed open: an open
   * connection keeps a phone's radio awake all day. */
  every?: number;
  /** Whether the page makes a sound when something happens: a hidden tab then goes on listening while no other tab is
   * visible. */
  rings?: () => boolean;
  /** `omit` for pages that ask as nobody, though somebody may be signed in. */
  credentials?: RequestCredentials;
  /** For tests. */
  hub?: Hub;
}

export interface Live {
  phase: Ref<LivePhase>;
  /** Why the last load failed; null where it did not. */
  error: ShallowRef<unknown>;
  loading: Ref<boolean>;
  fresh: Freshness;
  /** Begins; resolves after the first attempt, whatever came of it. */
  start: () => Promise<void>;
  /** Loads again; resolves after the attempt. Asked during a load, it loads once more after it. */
  reload: () => Promise<void>;
}

/** Follows `collections` (null for all) in `bbox` (null for everywhere) until its scope ends. */
export function useLive(collections: readonly string[] | null, bbox: Bbox | null, options: LiveOptions): Live {
  const phase = ref<LivePhase>('idle');
  const error = shallowRef<unknown>(null);
  const loading = ref(false);
  const fresh = useFreshness({ ticking: options.every === undefined });
  const ending = new AbortController();
  let feed: Subscription | null = null;
  /** What the feed told during a load: the load may have read before it. */
  let meanwhile: CommitEvent[] = [];
  let running: Promise<void> | null = null;
  let again: Promise<void> | null = null;
  let failures = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;

  async function attempt(): Promise<void> {
    clearTimeout(retry);
    if (phase.value !== 'ready') phase.value = 'loading';
    loading.value = true;
    try {
      const seq = await options.load(ending.signal);
      if (ending.signal.aborted) return;
      error.value = null;
      failures = 0;
      if (seq === null) {
        phase.value = 'ended';
        unfollow();
        return;
      }
      phase.value = 'ready';
      follow(seq);
      for (const commit of meanwhile.splice(0)) if (commit.seq > seq) fold(commit);
    } catch (cause) {
      if (ending.signal.aborted) return;
      error.value = cause;
      // What is shown stays; what the feed told meanwhile is shown too.
      if (phase.value === 'ready') for (const commit of meanwhile.splice(0)) options.apply?.(commit);
      else phase.value = 'failed';
      await Promise.resolve(options.failed?.(cause)).catch(() => {});
      if (!ending.signal.aborted)
        retry = setTimeout(() => void reload(), backoff(failures, options.pause ?? { first: 2000, longest: 15_000 }));
      failures += 1;
    } finally {
      loading.value = false;
    }
  }

  function reload(): Promise<void> {
    if (ending.signal.aborted) return Promise.resolve();
    if (!running) {
      running = attempt().finally(() => {
        running = null;
      });
      return running;
    }
    again ??= running.then(() => {
      again = null;
      return reload();
    });
    return again;
  }

  function fold(commit: CommitEvent): void {
    if (options.apply?.(commit) === false) void reload();
  }

  function follow(seq: number): void {
    if (options.every !== undefined) return;
    fresh.heard(null);
    if (feed) {
      feed.moveTo(seq);
      return;
    }
    feed = (options.hub ?? hubOf(options.credentials ?? 'same-origin')).listen({
      collections,
      bbox,
      seq,
      onCommit(commit) {
        if (running) meanwhile.push(commit);
        else fold(commit);
      },
      onReset: () => void reload(),
      onHeard: fresh.heard,
      onBehind: fresh.behind,
      onConnected: fresh.connected,
      onPaused: fresh.paused,
      rings: options.rings,
    });
  }

  function unfollow(): void {
    feed?.stop();
    feed = null;
    meanwhile = [];
  }

  const visibility = useDocumentVisibility();
  /** What failed, or had nothing to follow, is tried at once where the network is back or somebody looks. */
  const hurry = (): void => {
    if (visibility.value === 'hidden' || phase.value === 'idle') return;
    if (options.every !== undefined || error.value !== null || phase.value === 'ended') void reload();
  };
  useEventListener('online', hurry);
  watch(visibility, hurry);
  if (options.every !== undefined) useIntervalFn(hurry, options.every);

  onScopeDispose(() => {
    ending.abort();
    clearTimeout(retry);
    unfollow();
  });

  return { phase, error, loading, fresh, start: reload, reload };
}
