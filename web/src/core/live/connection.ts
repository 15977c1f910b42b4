// One connection to the live feed (`GET /api/events`). It resumes after the last event it received, waits longer after
// each failure, and closes a connection that is silent. The browser's EventSource cannot send `Last-Event-ID` on its
// first connection, so changes between loading a page and opening its feed could be lost. That is why this uses fetch.
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { under } from '@/core/api/root';
import type { CommitEvent, Heartbeat } from '@/core/api/types';
import { backoff, type Pause } from './backoff';

export interface ConnectionOptions {
  /** The number of the last known commit, after which the feed continues. */
  seq: number;
  /** The query parameters of the feed: `collections`, `bbox`. */
  query: string;
  onCommit: (commit: CommitEvent) => void;
  /**
   * Called when the missed events are no longer available; `seq` is the commit after which the feed continues.
   */
  onReset: (seq: number) => void;
  /** Called for every message, including heartbeats, with the server's time if the message has it. */
  onHeard?: (serverTime: Date | null) => void;
  /**
   * Called with each heartbeat: with true while the server answers from memory because its database
   * is unreachable, otherwise with false.
   */
  onBehind?: (behind: boolean) => void;
  onConnected?: (connected: boolean) => void;
  /** `omit` for pages that read as the public, even if somebody is signed in. */
  credentials?: RequestCredentials;
  /**
   * A connection that is silent for this long is closed, in milliseconds. The server sends a
   * heartbeat every ten seconds.
   */
  silence?: number;
  pause?: Pause;
}

export class Connection {
  private seq: number;
  private stopped = false;
  private current: AbortController | null = null;
  private failures = 0;
  /** The pause that the server requested, in milliseconds. */
  private asked = 0;
  private wake: (() => void) | null = null;

  constructor(private readonly options: ConnectionOptions) {
    this.seq = options.seq;
  }

  /** The commit after which a new connection would continue. */
  get position(): number {
    return this.seq;
  }

  /** Runs until `stop` is called. */
  async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.connect();
      } catch {
        // After any failure, the loop waits and reconnects. The page shows that its data is old.
      }
      if (this.stopped) return;
      this.options.onConnected?.(false);
      await this.rest(Math.max(this.asked, backoff(this.failures, this.options.pause)));
      this.failures += 1;
    }
  }

  stop(): void {
    this.stopped = true;
    this.current?.abort();
    this.wake?.();
  }

  /** Reconnects at once, for when the network is back. */
  hurry(): void {
    this.failures = 0;
    this.wake?.();
  }

  private async connect(): Promise<void> {
    const connection = new AbortController();
    this.current = connection;
    this.asked = 0;
    const silence = this.options.silence ?? 25_000;
    let deadline = setTimeout(() => connection.abort(), silence);
    try {
      const response = await fetch(under(`/api/events${this.options.query && `?${this.options.query}`}`), {
        headers: { accept: 'text/event-stream', 'last-event-id': String(this.seq) },
        cache: 'no-store',
        credentials: this.options.credentials ?? 'same-origin',
        signal: connection.signal,
      });
      if (!response.ok || !response.body) {
        const seconds = Number(response.headers.get('retry-after'));
        this.asked = Number.isFinite(seconds) ? Math.min(seconds, 60) * 1000 : 0;
        throw new Error(`The live feed answered HTTP ${response.status}`);
      }
      this.options.onConnected?.(true);
      this.options.onHeard?.(null);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const parser = createParser({ onEvent: (event) => this.take(event) });
      for (;;) {
        const { value, done } = await reader.read();
        if (done || this.stopped) return;
        this.failures = 0;
        clearTimeout(deadline);
        deadline = setTimeout(() => connection.abort(), silence);
        this.options.onHeard?.(null);
        parser.feed(value);
      }
    } finally {
      clearTimeout(deadline);
      connection.abort();
    }
  }

  private take({ event, data, id }: EventSourceMessage): void {
    if (this.stopped) return;
    if (event === 'change') {
      const commit: CommitEvent = JSON.parse(data);
      // After a reconnection, the server may repeat the last commit.
      if (commit.seq <= this.seq) return;
      this.options.onCommit(commit);
      this.seq = commit.seq;
    } else if (event === 'time') {
      const { at, stale }: Heartbeat = JSON.parse(data);
      this.options.onBehind?.(stale ?? false);
      this.options.onHeard?.(new Date(at));
      // The id of a heartbeat is the number of the newest commit. Commits since the last event
      // concern other collections, so a reconnection can skip them.
      const seq = Number(id);
      if (id && Number.isSafeInteger(seq)) this.seq = Math.max(this.seq, seq);
    } else if (event === 'reset') {
      const { seq }: Pick<CommitEvent, 'seq'> = JSON.parse(data);
      this.seq = seq;
      this.options.onReset(seq);
    }
  }

  private rest(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
