// Shares one live feed connection among all parts of a page. A hidden tab closes it at once and continues where it
// was when it is visible again. If all tabs are hidden, the last visible one that plays sounds stays connected.
import type { Bbox, Change, CommitEvent } from '@/core/api/types';
import { bboxOf, boxOf, intersects } from '@/core/map/bounds';
import { Connection } from './connection';
import type { Pause } from './backoff';

export interface Listener {
  /** The collections whose changes are wanted; null for all. */
  collections: readonly string[] | null;
  /**
   * The box whose changes are wanted, in degrees, WGS 84: features that are or were in it. Null for everywhere.
   */
  bbox: Bbox | null;
  /** The last known commit. Commits up to it are not passed on. */
  seq: number;
  onCommit: (commit: CommitEvent) => void;
  /** Called when the missed events are no longer available; everything has to be loaded again. */
  onReset: () => void;
  onHeard?: (serverTime: Date | null) => void;
  onBehind?: (behind: boolean) => void;
  onConnected?: (connected: boolean) => void;
  /**
   * Called with true when the tab was hidden and the connection closed, and with false when it is visible
   * again.
   */
  onPaused?: (paused: boolean) => void;
  /** Whether this page plays a sound for new events. A hidden tab may then stay connected. */
  rings?: () => boolean;
}

export interface Subscription {
  /** Marks commits up to `seq` as known, after everything was loaded again. */
  moveTo: (seq: number) => void;
  stop: () => void;
}

/** The messages between tabs of one browser. */
type Word = 'visible' | 'hidden';
export interface Channel {
  postMessage: (word: Word) => void;
  addEventListener: (type: 'message', heard: (event: MessageEvent<Word>) => void) => void;
}

export interface HubOptions {
  credentials?: RequestCredentials;
  channel?: Channel | null;
  silence?: number;
  pause?: Pause;
}

interface Interest {
  collections: ReadonlySet<string> | null;
  bbox: Bbox | null;
}

export class Hub {
  private readonly listeners = new Set<Listener>();
  private connection: Connection | null = null;
  /** The collections and the box whose changes the open connection receives. */
  private interest: Interest | null = null;
  /** The listeners that the open connection serves. A listener that was just added may need earlier commits first. */
  private readonly joined = new Set<Listener>();
  private paused = false;
  private ringing = false;
  private connected = false;
  private readonly channel: Channel | null;

  constructor(private readonly options: HubOptions = {}) {
    this.channel = options.channel ?? null;
    this.channel?.addEventListener('message', ({ data }) => this.hear(data));
    document.addEventListener('visibilitychange', () => this.turned());
    addEventListener('online', () => this.connection?.hurry());
  }

  listen(listener: Listener): Subscription {
    this.listeners.add(listener);
    this.refresh();
    // A listener that joins an open connection gets no event for its opening.
    if (this.connected) listener.onConnected?.(true);
    return {
      moveTo: (seq) => {
        listener.seq = seq;
      },
      stop: () => {
        this.listeners.delete(listener);
        this.joined.delete(listener);
        this.refresh();
      },
    };
  }

  private turned(): void {
    if (document.hidden) {
      this.ringing = [...this.listeners].some((l) => l.rings?.());
      this.channel?.postMessage('hidden');
    } else {
      this.ringing = false;
      this.channel?.postMessage('visible');
      this.connection?.hurry();
    }
    this.refresh();
  }

  /** Handles a message: another tab was shown or hidden. A hidden tab stays connected only while no tab is visible. */
  private hear(word: Word): void {
    if (word === 'visible' && document.hidden) {
      this.ringing = false;
      this.refresh();
    }
    if (word === 'hidden' && !document.hidden) this.channel?.postMessage('visible');
  }

  /** Opens, reopens or closes the connection, depending on the listeners and on whether the tab is visible. */
  private refresh(): void {
    if (this.listeners.size === 0) {
      this.close();
      return;
    }
    if (document.hidden && !this.ringing) {
      this.pause(true);
      this.close();
      return;
    }
    const wanted = this.union();
    const isBehind = (l: Listener): boolean => !this.joined.has(l) && l.seq < (this.connection?.position ?? 0);
    if (this.connection && this.interest && covers(this.interest, wanted) && ![...this.listeners].some(isBehind)) {
      for (const listener of this.listeners) this.joined.add(listener);
      return;
    }
    this.close();
    this.pause(false);
    this.open(Math.min(...[...this.listeners].map((l) => l.seq)), wanted);
  }

  private pause(yes: boolean): void {
    if (this.paused === yes) return;
    this.paused = yes;
    for (const listener of this.listeners) listener.onPaused?.(yes);
  }

  private open(seq: number, interest: Interest): void {
    const query = new URLSearchParams();
    if (interest.collections) query.set('collections', [...interest.collections].toSorted().join(','));
    if (interest.bbox) query.set('bbox', interest.bbox.join(','));
    const notifyAll = (what: (listener: Listener) => void): void => {
      for (const listener of this.listeners) what(listener);
    };
    this.interest = interest;
    for (const listener of this.listeners) this.joined.add(listener);
    this.connection = new Connection({
      seq,
      query: query.toString(),
      credentials: this.options.credentials,
      silence: this.options.silence,
      pause: this.options.pause,
      onCommit: (commit) => notifyAll((l) => this.deliver(l, commit)),
      onReset: () => notifyAll((l) => l.onReset()),
      onHeard: (time) => notifyAll((l) => l.onHeard?.(time)),
      onBehind: (behind) => notifyAll((l) => l.onBehind?.(behind)),
      onConnected: (yes) => {
        this.connected = yes;
        notifyAll((l) => l.onConnected?.(yes));
      },
    });
    void this.connection.run();
  }

  private close(): void {
    if (!this.connection) return;
    // Everything up to the position of the connection is known to its listeners.
    for (const listener of this.joined) listener.seq = Math.max(listener.seq, this.connection.position);
    this.joined.clear();
    this.connection.stop();
    this.connection = null;
    this.interest = null;
    this.connected = false;
  }

  private deliver(listener: Listener, commit: CommitEvent): void {
    if (commit.seq <= listener.seq) return;
    listener.seq = commit.seq;
    const own = partOf(commit, listener);
    if (own) listener.onCommit(own);
  }

  private union(): Interest {
    const all = [...this.listeners];
    const boxes = new Set(all.map((l) => String(l.bbox)));
    return {
      collections: all.some((l) => l.collections === null) ? null : new Set(all.flatMap((l) => l.collections ?? [])),
      bbox: boxes.size === 1 ? (all[0]?.bbox ?? null) : null,
    };
  }
}

/** Whether a connection for `a` delivers everything for `b`. */
function covers(a: Interest, b: Interest): boolean {
  const boxed = a.bbox === null || String(a.bbox) === String(b.bbox);
  return (
    boxed &&
    (a.collections === null || (b.collections !== null && [...b.collections].every((c) => a.collections?.has(c))))
  );
}

/**
 * The part of a commit that concerns a listener; null if there is none. As on the server, a feature outside of the
 * listener's box is passed on as deleted, because it may have been inside.
 */
export function partOf(
  commit: CommitEvent,
  { collections, bbox }: Pick<Listener, 'collections' | 'bbox'>,
): CommitEvent | null {
  if (!collections && !bbox) return commit;
  const mine = (c: { collection: string }): boolean => collections === null || collections.includes(c.collection);
  const changes = commit.changes?.filter(mine).map((change): Change => {
    const box = bbox && change.kind === 'put' ? bboxOf([change.feature?.geometry]) : null;
    return bbox && box && !intersects(bbox, box)
      ? { collection: change.collection, id: change.id, kind: 'delete' }
      : change;
  });
  const touches = (numbers: readonly number[] | null): boolean => {
    const box = boxOf(numbers);
    return !bbox || !box || intersects(bbox, box);
  };
  const reset = commit.reset?.filter(mine).filter((r) => touches(r.bbox));
  if (!changes?.length && !reset?.length) return null;
  return {
    seq: commit.seq,
    at: commit.at,
    ...(changes?.length ? { changes } : {}),
    ...(reset?.length ? { reset } : {}),
  };
}

const hubs = new Map<RequestCredentials, Hub>();

/** The hub of this tab, one for each kind of credentials. */
export function hubOf(credentials: RequestCredentials): Hub {
  let hub = hubs.get(credentials);
  if (!hub) {
    const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(`onemap-live-${credentials}`);
    hubs.set(credentials, (hub = new Hub({ credentials, channel })));
  }
  return hub;
}
