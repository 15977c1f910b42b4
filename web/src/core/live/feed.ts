// The live feed: one connection that resumes after the last commit it saw, backs off when the server is
// away, and knows how long it has heard nothing. It holds no page state and no framework.
import { under } from '@/core/api/root';
import type { CommitEvent } from '@/core/api/types';
import { EventParser } from './sse';

export interface FeedOptions {
  /** Resume after this commit. */
  seq: number;
  collections?: string[];
  onCommit: (commit: CommitEvent) => void;
  /** What happened meanwhile is no longer kept: load everything anew, then say `resumeFrom`. */
  onReset: () => void;
  /** Anything was heard, be it a heartbeat; `serverTime` where it said its time. */
  onHeard?: (serverTime: Date | null) => void;
  /** Whether the server itself is cut off from its database: it answers, but from memory. */
  onBehind?: (behind: boolean) => void;
  onConnected?: (connected: boolean) => void;
  /** A connection that is silent for this long is given up; milliseconds. The server speaks every 10 s. */
  silence?: number;
  /** First and longest pause before trying again; milliseconds. */
  pause?: { first: number; longest: number };
  fetch?: typeof fetch;
}

export class Feed {
  private seq: number;
  private stopped = false;
  private connection: AbortController | null = null;
  private failures = 0;
  private wake: (() => void) | null = null;

  constructor(private readonly options: FeedOptions) {
    this.seq = options.seq;
  }

  /** Runs until `stop`. */
  async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.connect();
      } catch {
        // The pause below is the answer to every failure; the page shows that it is stale.
      }
      this.options.onConnected?.(false);
      if (this.stopped) return;
      await this.rest(backoff(this.failures, this.options.pause));
      this.failures += 1;
    }
  }

  stop(): void {
    this.stopped = true;
    this.connection?.abort();
    this.wake?.();
  }

  /** After a reload: go on from the state that was loaded. */
  resumeFrom(seq: number): void {
    this.seq = seq;
  }

  /** Tries at once, for when the machine says that the network is back. */
  hurry(): void {
    this.failures = 0;
    this.wake?.();
  }

  private async connect(): Promise<void> {
    const connection = new AbortController();
    this.connection = connection;
    const query = this.options.collections ? `?collections=${this.options.collections.join(',')}` : '';
    const silence = this.options.silence ?? 25_000;
    let deadline = setTimeout(() => connection.abort(), silence);
    try {
      const response = await (this.options.fetch ?? fetch)(under(`/api/events${query}`), {
        headers: { accept: 'text/event-stream', 'last-event-id': String(this.seq) },
        cache: 'no-store',
        signal: connection.signal,
      });
      if (!response.ok || !response.body) throw new Error(`feed: HTTP ${response.status}`);
      this.options.onConnected?.(true);
      this.options.onHeard?.(null);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const parser = new EventParser();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        this.failures = 0;
        clearTimeout(deadline);
        deadline = setTimeout(() => connection.abort(), silence);
        this.options.onHeard?.(null);
        for (const event of parser.push(value)) this.take(event.event, event.data);
      }
    } finally {
      clearTimeout(deadline);
      connection.abort();
    }
  }

  private take(event: string, data: string): void {
    if (event === 'change') {
      const commit = JSON.parse(data) as CommitEvent;
      // After a resume the server may repeat the commit we stand on.
      if (commit.seq <= this.seq) return;
      this.options.onCommit(commit);
      this.seq = commit.seq;
    } else if (event === 'time') {
      const { at, stale } = JSON.parse(data) as { at: string; stale?: boolean };
      this.options.onBehind?.(stale ?? false);
      this.options.onHeard?.(new Date(at));
    } else if (event === 'reset') {
      this.options.onReset();
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

/** Doubles from `first` to `longest`; half of it is chance, so that many walls don't return in one wave. */
export function backoff(
  failures: number,
  { first, longest } = { first: 500, longest: 15_000 },
  chance: number = Math.random(),
): number {
  const full = Math.min(longest, first * 2 ** Math.min(failures, 10));
  return full / 2 + (full / 2) * chance;
}
