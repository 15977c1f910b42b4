// @vitest-environment happy-dom
import { effectScope, type EffectScope } from 'vue';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CommitEvent } from '@/core/api/types';
import { Hub } from './hub';
import { change, feedServer, reset, showTab, time, type FeedServer } from './testing';
import { useLive, type Live, type LiveOptions } from './useLive';

let server: FeedServer;
let scope: EffectScope;

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime('2026-11-22T06:05:00Z');
  server = feedServer();
  showTab(true);
  scope = effectScope();
});
afterEach(async () => {
  scope.stop();
  await settle();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1);
const use = (options: LiveOptions): Live =>
  scope.run(() =>
    useLive(['warnings'], null, { hub: new Hub(), pause: { first: 1000, longest: 8000 }, ...options }),
  ) as Live;

test('a page loads its data and then gets later commits', async () => {
  const told: number[] = [];
  const live = use({ load: () => Promise.resolve(5), apply: (c) => void told.push(c.seq) });
  expect(live.phase.value).toBe('idle');
  await live.start();
  expect(live.phase.value).toBe('ready');
  await settle();
  expect(server.asked).toEqual(['5']);
  server.send(change(6));
  await settle();
  expect(told).toEqual([6]);
});

test('a failed first load is repeated with growing pauses and shows the error', async () => {
  let away = true;
  const load = vi.fn(() => (away ? Promise.reject(new Error('away')) : Promise.resolve(5)));
  const failed = vi.fn();
  const live = use({ load, failed });
  await live.start();
  expect([live.phase.value, live.error.value]).toEqual(['failed', new Error('away')]);
  await vi.advanceTimersByTimeAsync(60_000);
  // The pauses are 0.5 to 1 s, 1 to 2 s, 2 to 4 s, then 4 to 8 s.
  expect(load.mock.calls.length).toBeGreaterThan(8);
  expect(load.mock.calls.length).toBeLessThan(19);
  expect(failed).toHaveBeenCalledTimes(load.mock.calls.length);
  expect(server.urls).toHaveLength(0);
  away = false;
  dispatchEvent(new Event('online'));
  await settle();
  expect([live.phase.value, live.error.value]).toEqual(['ready', null]);
});

test('after a reset everything is loaded again while the old data stays visible', async () => {
  let seq = 5;
  const load = vi.fn(() => Promise.resolve(seq));
  const told: number[] = [];
  const live = use({ load, apply: (c) => void told.push(c.seq) });
  await live.start();
  await settle();
  seq = 92;
  server.send(reset(90) + change(91) + change(93));
  await settle();
  expect(load).toHaveBeenCalledTimes(2);
  expect(live.phase.value).toBe('ready');
  expect(told).toEqual([93]);
  expect(server.urls).toHaveLength(1);
});

test('if the load after a reset fails, commits are applied until it succeeds', async () => {
  let away = false;
  const load = vi.fn(() => (away ? Promise.reject(new Error('away')) : Promise.resolve(95)));
  const told: number[] = [];
  const live = use({ load, apply: (c) => void told.push(c.seq) });
  await live.start();
  await settle();
  away = true;
  server.send(reset(96));
  await settle();
  expect([live.phase.value, load.mock.calls.length]).toEqual(['ready', 2]);
  server.send(change(97));
  await settle();
  expect(told).toEqual([97]);
  away = false;
  await vi.advanceTimersByTimeAsync(1000);
  expect([load.mock.calls.length, live.error.value]).toEqual([3, null]);
});

test('a commit during a load is applied after it unless the load contains it', async () => {
  const loads: ((seq: number) => void)[] = [];
  const told: number[] = [];
  const live = use({ load: () => new Promise((resolve) => loads.push(resolve)), apply: (c) => void told.push(c.seq) });
  const started = live.start();
  loads[0]?.(5);
  await started;
  await settle();
  const again = live.reload();
  await settle();
  server.send(change(6) + change(7));
  await settle();
  expect(told).toEqual([]);
  loads[1]?.(6);
  await again;
  expect(told).toEqual([7]);
});

test('a commit that cannot be applied loads everything again; loads never overlap', async () => {
  let under = 0;
  let most = 0;
  const load = vi.fn(async () => {
    most = Math.max(most, (under += 1));
    await new Promise((resolve) => setTimeout(resolve, 100));
    under -= 1;
    return 5;
  });
  const live = use({ load, apply: (c: CommitEvent) => !c.changes?.some((x) => x.id === 'large') });
  const started = live.start();
  await vi.advanceTimersByTimeAsync(100);
  await started;
  await settle();
  server.send(change(6, [{ collection: 'warnings', id: 'large', kind: 'delete' }]));
  await settle();
  void live.reload();
  void live.reload();
  await vi.advanceTimersByTimeAsync(1000);
  // The first load, one for the commit, and one for both calls of `reload` while that one was
  // running.
  expect([load.mock.calls.length, most]).toEqual([3, 1]);
});

test('a hidden tab closes its feed and misses nothing when it is visible again', async () => {
  const told: number[] = [];
  const live = use({ load: () => Promise.resolve(5), apply: (c) => void told.push(c.seq) });
  await live.start();
  await settle();
  server.send(time(8));
  await settle();
  showTab(false);
  expect(server.open()).toBe(0);
  await vi.advanceTimersByTimeAsync(120_000);
  server.refuse('network');
  showTab(true);
  await settle();
  expect(live.fresh.stale.value).toBe(false);
  expect(live.fresh.age.value).toBeGreaterThan(100_000);
  // The tab has three seconds to reconnect.
  await vi.advanceTimersByTimeAsync(4000);
  expect(live.fresh.stale.value).toBe(true);
  server.refuse(false);
  await vi.advanceTimersByTimeAsync(8000);
  expect(server.asked.at(-1)).toBe('8');
  expect(live.fresh.stale.value).toBe(false);
  server.send(change(9));
  await settle();
  expect(told).toEqual([9]);
});

test('data is stale three seconds after the connection broke, however old the last heartbeat is', async () => {
  const live = use({ load: () => Promise.resolve(5) });
  await live.start();
  await settle();
  await vi.advanceTimersByTimeAsync(9000);
  server.refuse('network');
  server.close();
  await vi.advanceTimersByTimeAsync(2000);
  expect([live.fresh.age.value > 9000, live.fresh.stale.value]).toEqual([true, false]);
  // Failed attempts to reconnect do not extend the three seconds.
  await vi.advanceTimersByTimeAsync(2000);
  expect(server.urls.length).toBeGreaterThan(2);
  expect(live.fresh.stale.value).toBe(true);
});

test('data of a silent server stays stale when the silent connection is closed', async () => {
  const live = use({ load: () => Promise.resolve(5) });
  await live.start();
  await settle();
  server.refuse('network');
  for (let second = 1; second <= 35; second += 1) {
    await vi.advanceTimersByTimeAsync(1000);
    expect(live.fresh.stale.value).toBe(live.fresh.age.value > 25_000);
  }
  expect(live.fresh.stale.value).toBe(true);
});

test('without a signed-in account nothing is followed until the tab is shown again', async () => {
  let seq: number | null = null;
  const load = vi.fn(() => Promise.resolve(seq));
  const live = use({ load });
  await live.start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([live.phase.value, load.mock.calls.length, server.urls.length]).toEqual(['ended', 1, 0]);
  seq = 5;
  showTab(false);
  showTab(true);
  await settle();
  expect(live.phase.value).toBe('ready');
});

test('a polling page opens no feed and polls only while it is visible', async () => {
  const load = vi.fn(() => Promise.resolve(0));
  const live = use({ load, every: 45_000 });
  await live.start();
  await vi.advanceTimersByTimeAsync(90_000);
  expect([load.mock.calls.length, server.urls.length]).toEqual([3, 0]);
  showTab(false);
  await vi.advanceTimersByTimeAsync(200_000);
  expect(load).toHaveBeenCalledTimes(3);
  showTab(true);
  await settle();
  expect(load).toHaveBeenCalledTimes(4);
});

test('a load that ends after the page was left has no effect', async () => {
  let done: (seq: number) => void = () => {};
  let signal: AbortSignal | null = null;
  const live = use({
    load: (given) => {
      signal = given;
      return new Promise((resolve) => (done = resolve));
    },
  });
  const started = live.start();
  scope.stop();
  done(5);
  await started;
  expect([live.phase.value, (signal as AbortSignal | null)?.aborted, server.urls.length]).toEqual(['loading', true, 0]);
});

test.each([
  { seq: 5, why: 'it follows' },
  { seq: null, why: 'its load failed' },
])('a page that is left while $why keeps no connection and no timer', async ({ seq }) => {
  const live = use({ load: () => (seq === null ? Promise.reject(new Error('away')) : Promise.resolve(seq)) });
  await live.start();
  await settle();
  scope.stop();
  await settle();
  expect([server.open(), vi.getTimerCount()]).toEqual([0, 0]);
});
