import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CommitEvent } from '@/core/api/types';
import { backoff, Feed } from './feed';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A server whose connections the test holds in its hand. */
function server() {
  const asked: (string | null)[] = [];
  const lines: ReadableStreamDefaultController<Uint8Array>[] = [];
  let refuse = false;
  const answer = (_url: unknown, init?: RequestInit): Promise<Response> => {
    asked.push(new Headers(init?.headers).get('last-event-id'));
    if (refuse) return Promise.reject(new TypeError('refused'));
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        lines.push(controller);
        init?.signal?.addEventListener('abort', () => {
          try {
            controller.error(new DOMException('aborted', 'AbortError'));
          } catch {
            // already closed
          }
        });
      },
    });
    return Promise.resolve(new Response(body));
  };
  return {
    asked,
    fetch: answer as typeof fetch,
    send: (text: string) => lines.at(-1)?.enqueue(new TextEncoder().encode(text)),
    close: () => lines.at(-1)?.close(),
    refuse: (yes: boolean) => (refuse = yes),
  };
}

const change = (seq: number): string =>
  `id: ${seq}\nevent: change\ndata: ${JSON.stringify({ seq, at: '2026-11-22T06:05:00Z', changes: [] })}\n\n`;

test('a broken connection resumes after the last commit it told', async () => {
  const s = server();
  const told: CommitEvent[] = [];
  const feed = new Feed({ seq: 7, fetch: s.fetch, onCommit: (c) => told.push(c), onReset: vi.fn() });
  void feed.run();
  await vi.advanceTimersByTimeAsync(1);
  s.send(change(8) + change(8) + change(9));
  await vi.advanceTimersByTimeAsync(1);
  s.close();
  await vi.advanceTimersByTimeAsync(60_000);
  feed.stop();
  expect(told.map((c) => c.seq)).toEqual([8, 9]);
  expect(s.asked.slice(0, 2)).toEqual(['7', '9']);
});

test('a silent connection is given up, and a server that is away is not hammered', async () => {
  const s = server();
  const connected: boolean[] = [];
  const feed = new Feed({ seq: 0, fetch: s.fetch, onCommit: vi.fn(), onReset: vi.fn(), onConnected: (yes) => connected.push(yes), silence: 1000, pause: { first: 100, longest: 800 } });
  void feed.run();
  await vi.advanceTimersByTimeAsync(10);
  s.refuse(true);
  await vi.advanceTimersByTimeAsync(1000);
  expect(connected).toEqual([true, false]);
  const before = s.asked.length;
  await vi.advanceTimersByTimeAsync(8000);
  expect(s.asked.length - before).toBeLessThan(24);
  s.refuse(false);
  await vi.advanceTimersByTimeAsync(1000);
  expect(connected.at(-1)).toBe(true);
  feed.stop();
});

test('it says when the past is gone, and when the server is cut off itself', async () => {
  const s = server();
  const onReset = vi.fn();
  const onBehind = vi.fn();
  const feed = new Feed({ seq: 1, fetch: s.fetch, onCommit: vi.fn(), onReset, onBehind });
  void feed.run();
  await vi.advanceTimersByTimeAsync(1);
  s.send('event: reset\ndata: {"seq":90}\n\nevent: time\ndata: {"seq":90,"at":"2026-11-22T06:05:00Z","stale":true}\n\n');
  await vi.advanceTimersByTimeAsync(1);
  feed.stop();
  expect(onReset).toHaveBeenCalledOnce();
  expect(onBehind).toHaveBeenCalledWith(true);
});

test('pauses double up to the longest, half of each by chance', () => {
  const pause = { first: 500, longest: 15_000 };
  expect(backoff(0, pause, 0)).toBe(250);
  expect(backoff(0, pause, 1)).toBe(500);
  expect(backoff(3, pause, 1)).toBe(4000);
  expect(backoff(99, pause, 1)).toBe(15_000);
});
