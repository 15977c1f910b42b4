// The live feed of a tab: however many parts of a page listen, they share one connection. A hidden tab closes it at
// once and resumes where it was when it is seen again; of the tabs that want to ring, the last visible one stays
// connected.
import type { Bbox, Change, CommitEvent } from '@/core/api/types';
import { bboxOf, boxOf, intersects } from '@/core/map/bounds';
import { Connection } from './connection';
import type { Pause } from './backoff';

export interface Listener {
  /** Only changes of these collections; null for all. */
  collections: readonly string[] | null;
  /** Only what is, or was, in this box; degrees, WGS 84; null for everywhere. */
  bbox: Bbox | null;
  /** What is known already: commits up to here are not told. */
  seq: number;
  onCommit: (commit: CommitEvent) => void;
  /** What was missed is no longer kept: load everything again. */
  onReset: () => void;
  onHeard?: (serverTime: Date | null) => void;
  onBehind?: (behind: boolean) => void;
  onConnected?: (connected: boolean) => void;
  /** The tab was hidden and its connection closed (true), or it is seen again (false). */
  onPaused?: (paused: boolean) => void;
  /** Whether this page makes a sound when something happens: then a hidden tab may go on listening. */
  rings?: () => boolean;
}

export interface Subscription {
  /** Everything was loaded anew: commits up to `seq` are known. */
  moveTo: (seq: number) => void;
  stop: () => void;
}

/** What tabs of one browser say to each other. */
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
  /** What the open connection tells of. */
  private interest: Interest | null = null;
  /** Who has listened to the open connection; who has just come may be behind it. */
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
    // Who joins an open connection hears nothing of its opening.
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

  /** Another tab was turned. A hidden one stays connected only while no tab is visible. */
  private hear(word: Word): void {
    if (word === 'visible' && document.hidden) {
      this.ringing = false;
      this.refresh();
    }
    if (word === 'hidden' && !document.hidden) this.channel?.postMessage('visible');
  }

  /** Opens, reopens or closes the connection, as the listeners and the tab want it. */
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
    const tell = (what: (listener: Listener) => void): void => {
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
      onCommit: (commit) => tell((l) => this.tell(l, commit)),
      onReset: () => tell((l) => l.onReset()),
      onHeard: (time) => tell((l) => l.onHeard?.(time)),
      onBehind: (behind) => tell((l) => l.onBehind?.(behind)),
      onConnected: (yes) => {
        this.connected = yes;
        tell((l) => l.onConnected?.(yes));
      },
    });
    void this.connection.run();
  }

  private close(): void {
    if (!this.connection) return;
    // What the connection told, and what it told of nobody here, is known.
    for (const listener of this.joined) listener.seq = Math.max(listener.seq, this.connection.position);
    this.joined.clear();
    this.connection.stop();
    this.connection = null;
    this.interest = null;
    this.connected = false;
  }

  private tell(listener: Listener, commit: CommitEvent): void {
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

/** Whether a connection that tells of `a` tells all of `b`. */
function covers(a: Interest, b: Interest): boolean {
  const boxed = a.bbox === null || String(a.bbox) === String(b.bbox);
  return (
    boxed &&
    (a.collections === null || (b.collections !== null && [...b.collections].every((c) => a.collections?.has(c))))
  );
}

/** What of a commit concerns a listener; null for nothing. As the server does for one with a box, what stands outside
 * it is told as deleted: it may have been inside. */
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

/** The connection of this tab; one for each kind of credentials. */
export function hubOf(credentials: RequestCredentials): Hub {
  let hub = hubs.get(credentials);
  if (!hub) {
    const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(`onemap-live-${credentials}`);
    hubs.set(credentials, (hub = new Hub({ credentials, channel })));
  }
  return hub;
}
