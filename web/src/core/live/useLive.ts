// Loads live data for a page and keeps it up to date: follows the feed, loads again if the feed cannot say what
// happened, and retries after failures. The page provides functions to load the data and to apply a commit.
import { onScopeDispose, ref, type Ref, type ShallowRef } from 'vue';
import type { Bbox, CommitEvent } from '@/core/api/types';
import type { Pause } from './backoff';
import { useFreshness, type Freshness } from './freshness';
import { hubOf, type Hub, type Subscription } from './hub';
import { usePoll } from './usePoll';

/**
 * `failed`: the load failed before there was any data, and will be tried again. `ended`: `load`
 * reported that there is nothing to follow.
 */
export type LivePhase = 'idle' | 'loading' | 'ready' | 'failed' | 'ended';

export interface LiveOptions {
  /**
   * Loads everything. Resolves to the commit number after which the feed continues, or to null if there is nothing to
   * follow (nobody is signed in). Called again after failures and resets, but never twice at a time.
   */
  load: (signal: AbortSignal) => Promise<number | null>;
  /** Applies a commit. Returns false if everything has to be loaded again. */
  apply?: (commit: CommitEvent) => boolean | void;
  /** Called after a failed load, before the next attempt. */
  failed?: (error: unknown) => void | Promise<void>;
  /** The pauses after failed loads, in milliseconds. */
  pause?: Pause;
  /**
   * If set, the data is loaded again at this interval in milliseconds while the tab is visible, and no feed is
   * opened. An open connection would keep a phone's radio awake all day.
   */
  every?: number;
  /** With `every`: whether to continue while the tab is hidden, because the page announces what is new. */
  hidden?: () => boolean;
  /** Whether the page plays sounds. Then a hidden tab stays connected while no other tab is visible. */
  rings?: () => boolean;
  /** `omit` for pages that read as the public, even if somebody is signed in. */
  credentials?: RequestCredentials;
  /** The hub to use, for tests. */
  hub?: Hub;
}

export interface Live {
  phase: Ref<LivePhase>;
  /** The error of the last load; null if it succeeded. */
  error: ShallowRef<unknown>;
  loading: Ref<boolean>;
  fresh: Freshness;
  /** Starts. Resolves after the first attempt, even if it failed. */
  start: () => Promise<void>;
  /** Loads again. Resolves after the attempt. If a load is running, another one follows it. */
  reload: () => Promise<void>;
}

/** Follows `collections` (null for all) within `bbox` (null for everywhere) until its scope ends. */
export function useLive(collections: readonly string[] | null, bbox: Bbox | null, options: LiveOptions): Live {
  const phase = ref<LivePhase>('idle');
  const fresh = useFreshness({ ticking: options.every === undefined });
  let ended = false;
  let feed: Subscription | null = null;
  /** Commits that arrived during a load. The loaded data may not contain their changes. */
  let meanwhile: CommitEvent[] = [];

  async function load(signal: AbortSignal): Promise<void> {
    if (phase.value !== 'ready') phase.value = 'loading';
    const seq = await options.load(signal);
    if (ended) return;
    if (seq === null) {
      phase.value = 'ended';
      unfollow();
      return;
    }
    phase.value = 'ready';
    follow(seq);
    for (const commit of meanwhile.splice(0)) if (commit.seq > seq) fold(commit);
  }

  const { every } = options;
  const poll = usePoll({
    ask: load,
    every: every === undefined ? undefined : () => every,
    pause: options.pause,
    failed(cause) {
      // The previous data stays visible, so the commits that arrived meanwhile are applied to it.
      if (phase.value === 'ready') for (const commit of meanwhile.splice(0)) options.apply?.(commit);
      else phase.value = 'failed';
      return options.failed?.(cause);
    },
    // If there was nothing to follow, somebody may have signed in meanwhile.
    wanted: () => phase.value === 'ended',
    // A hidden tab may play sounds, so it loads again when the feed was reset.
    hidden: () => every === undefined || (options.hidden?.() ?? false),
  });
  const reload = poll.ask;

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
        if (poll.asking.value) meanwhile.push(commit);
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

  onScopeDispose(() => {
    ended = true;
    unfollow();
  });

  return { phase, error: poll.error, loading: poll.asking, fresh, start: reload, reload };
}
