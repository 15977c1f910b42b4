import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CommitEvent } from '@/core/api/types';
import { backoff } from './backoff';
import { Connection, type ConnectionOptions } from './connection';
import { change, feedServer, reset, time, type FeedServer } from './testing';

let server: FeedServer;
let connection: Connection;

beforeEach(() => {
  vi.useFakeTimers();
  server = feedServer();
});
afterEach(() => {
  connection.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function connect(options: Partial<ConnectionOptions> = {}): Promise<CommitEvent[]> {
  const told: CommitEvent[] = [];
  connection = new Connection({
    seq: 7,
    query: '',
    onCommit: (c) => told.push(c),
    onReset: vi.fn(),
    pause: { first: 100, longest: 800 },
    ...options,
  });
  void connection.run();
  await vi.advanceTimersByTimeAsync(1);
  return told;
}

test('a broken connection continues after its last commit', async () => {
  const told = await connect();
  server.send(change(8) + change(8) + change(9));
  await vi.advanceTimersByTimeAsync(1);
  server.close();
  await vi.advanceTimersByTimeAsync(200);
  expect(told.map((c) => c.seq)).toEqual([8, 9]);
  expect(server.asked).toEqual(['7', '9']);
});

test('a heartbeat moves the position past commits of other collections', async () => {
  await connect();
  server.send(time(40));
  await vi.advanceTimersByTimeAsync(1);
  server.close();
  await vi.advanceTimersByTimeAsync(200);
  expect(server.asked).toEqual(['7', '40']);
});

test('an event may arrive in any pieces', async () => {
  const told = await connect();
  for (const piece of `: comment\r\n\r\n${change(8)}`) server.send(piece);
  await vi.advanceTimersByTimeAsync(1);
  expect(told.map((c) => c.seq)).toEqual([8]);
});

test('a silent connection is closed, and an unreachable server is tried less and less often', async () => {
  const connected: boolean[] = [];
  await connect({ onConnected: (yes) => connected.push(yes), silence: 1000 });
  server.refuse('network');
  await vi.advanceTimersByTimeAsync(1000);
  expect(connected).toEqual([true, false]);
  const before = server.asked.length;
  await vi.advanceTimersByTimeAsync(8000);
  // The pause is at least 400 ms from the fourth failure on.
  expect(server.asked.length - before).toBeLessThan(24);
  server.refuse(false);
  await vi.advanceTimersByTimeAsync(1000);
  expect(connected.at(-1)).toBe(true);
});

test('a connection to a full server is repeated after the pause that the server requested', async () => {
  server.refuse(new Response(null, { status: 503, headers: { 'retry-after': '10' } }));
  await connect();
  await vi.advanceTimersByTimeAsync(9000);
  expect(server.asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1100);
  expect(server.asked).toHaveLength(2);
});

test('a reset and an unreachable database are reported', async () => {
  const onReset = vi.fn();
  const onBehind = vi.fn();
  await connect({ onReset, onBehind });
  server.send(reset(90) + time(90, true));
  await vi.advanceTimersByTimeAsync(1);
  expect(onReset).toHaveBeenCalledExactlyOnceWith(90);
  expect(onBehind).toHaveBeenCalledWith(true);
  expect(connection.position).toBe(90);
});

test('nothing is reported after the end', async () => {
  const told = await connect();
  server.send(change(8));
  connection.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual([]);
  expect(server.open()).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

test('pauses double up to the longest, and half of each is random', () => {
  const pause = { first: 500, longest: 15_000 };
  expect(backoff(0, pause, 0)).toBe(250);
  expect(backoff(0, pause, 1)).toBe(500);
  expect(backoff(3, pause, 1)).toBe(4000);
  expect(backoff(99, pause, 1)).toBe(15_000);
});
