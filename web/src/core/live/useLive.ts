// What every page with live data uses: it loads, follows the feed, loads again where the feed cannot tell what
// happened, and tries again after a failure. A page says what it loads and how a commit changes it.
import { onScopeDispose, ref, type Ref, type ShallowRef } from 'vue';
import type { Bbox, CommitEvent } from '@/core/api/types';
import type { Pause } from './backoff';
import { useFreshness, type Freshness } from './freshness';
import { hubOf, type Hub, type Subscription } from './hub';
import { usePoll } from './usePoll';

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
  const fresh = useFreshness({ ticking: options.every === undefined });
  let ended = false;
  let feed: Subscription | null = null;
  /** What the feed told during a load: the load may have read before it. */
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
      // What is shown stays; what the feed told meanwhile is shown too.
      if (phase.value === 'ready') for (const commit of meanwhile.splice(0)) options.apply?.(commit);
      else phase.value = 'failed';
      return options.failed?.(cause);
    },
    // Who had nothing to follow may have signed in meanwhile.
    wanted: () => phase.value === 'ended',
    // A hidden tab may ring, so it loads again what the feed could not tell.
    hidden: every === undefined,
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
