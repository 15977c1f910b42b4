// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CommitEvent } from '@/core/api/types';
import { Hub, partOf, type Channel, type Listener, type Subscription } from './hub';
import { change, feedServer, reset, showTab, time, type FeedServer } from './testing';

let server: FeedServer;
let open: Subscription[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  server = feedServer();
  showTab(true);
});
afterEach(() => {
  for (const s of open.splice(0)) s.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1);

function listen(
  hub: Hub,
  options: Partial<Listener> = {},
): { told: number[]; resets: () => number; paused: boolean[]; subscription: Subscription } {
  const told: number[] = [];
  const paused: boolean[] = [];
  let resets = 0;
  const subscription = hub.listen({
    collections: ['warnings'],
    bbox: null,
    seq: 5,
    onCommit: (c) => told.push(c.seq),
    onReset: () => (resets += 1),
    onPaused: (yes) => paused.push(yes),
    ...options,
  });
  open.push(subscription);
  return { told, paused, resets: () => resets, subscription };
}

/** Simulates the other tabs of the browser. */
function otherTabs(): Channel & { said: string[]; say: (word: 'visible' | 'hidden') => void } {
  const said: string[] = [];
  let heard: (event: MessageEvent<'visible' | 'hidden'>) => void = () => {};
  return {
    said,
    postMessage: (word) => said.push(word),
    addEventListener: (_, hear) => (heard = hear),
    say: (word) => heard({ data: word } as MessageEvent<'visible' | 'hidden'>),
  };
}

test('two parts of a page share one connection and each gets its own changes', async () => {
  const hub = new Hub();
  const cases = listen(hub);
  const grids = listen(hub, { collections: ['grids'] });
  await settle();
  expect(server.open()).toBe(1);
  expect(server.urls.at(-1)).toContain('collections=grids%2Cwarnings');
  server.send(
    change(6, [{ collection: 'grids', id: 'g', kind: 'delete' }]) +
      change(7) +
      change(8, [{ collection: 'units', id: 'u', kind: 'delete' }]),
  );
  await settle();
  expect([cases.told, grids.told]).toEqual([[7], [6]]);
});

test('a listener with older data gets the missed commits and others get nothing twice', async () => {
  const hub = new Hub();
  const first = listen(hub);
  await settle();
  server.send(change(6) + change(7));
  await settle();
  const second = listen(hub, { seq: 6 });
  await settle();
  expect([server.open(), server.asked.at(-1)]).toEqual([1, '6']);
  server.send(change(7) + change(8));
  await settle();
  expect([first.told, second.told]).toEqual([
    [6, 7, 8],
    [7, 8],
  ]);
});

test('a listener with current data needs no new connection', async () => {
  const hub = new Hub();
  listen(hub);
  await settle();
  const late = listen(hub, { seq: 5 });
  await settle();
  expect(server.urls).toHaveLength(1);
  server.send(change(6));
  await settle();
  expect(late.told).toEqual([6]);
});

test('the connection closes when the last listener leaves', async () => {
  const hub = new Hub();
  const [a, b] = [listen(hub), listen(hub)];
  await settle();
  a.subscription.stop();
  await settle();
  expect(server.open()).toBe(1);
  b.subscription.stop();
  await settle();
  expect(server.open()).toBe(0);
});

test('a hidden tab closes its feed at once and continues where it was', async () => {
  const hub = new Hub();
  const { told, paused } = listen(hub);
  await settle();
  server.send(change(6) + time(9));
  await settle();
  showTab(false);
  expect(server.open()).toBe(0);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(server.urls).toHaveLength(1);
  showTab(true);
  await settle();
  expect(server.asked).toEqual(['5', '9']);
  server.send(change(10));
  await settle();
  expect(told).toEqual([6, 10]);
  expect(paused).toEqual([true, false]);
});

test('a subscription in a hidden tab waits until the tab is visible', async () => {
  showTab(false);
  listen(new Hub());
  await settle();
  expect(server.urls).toHaveLength(0);
  showTab(true);
  await settle();
  expect(server.asked).toEqual(['5']);
});

test('the last visible tab with sound stays connected until another tab is visible', async () => {
  const channel = otherTabs();
  const hub = new Hub({ channel });
  const { told } = listen(hub, { rings: () => true });
  await settle();
  showTab(false);
  server.send(change(6));
  await settle();
  expect(told).toEqual([6]);
  expect(server.open()).toBe(1);
  channel.say('visible');
  await settle();
  expect(server.open()).toBe(0);
});

test('a visible tab answers one that is being hidden', async () => {
  const channel = otherTabs();
  listen(new Hub({ channel }));
  await settle();
  channel.say('hidden');
  expect(channel.said).toEqual(['visible']);
  showTab(false);
  channel.say('hidden');
  expect(channel.said).toEqual(['visible', 'hidden']);
});

test('a reset goes to all listeners, and commits in the new load are not passed on again', async () => {
  const hub = new Hub();
  const a = listen(hub);
  const b = listen(hub);
  await settle();
  server.send(reset(90));
  await settle();
  expect([a.resets(), b.resets()]).toEqual([1, 1]);
  a.subscription.moveTo(92);
  server.send(change(91) + change(93));
  await settle();
  expect([a.told, b.told]).toEqual([[93], [91, 93]]);
});

test('a feature outside of the box is passed on as deleted', () => {
  const at = (id: string, lon: number): object => ({
    collection: 'warnings',
    id,
    kind: 'put',
    feature: { type: 'Feature', id, geometry: { type: 'Point', coordinates: [lon, 39] }, properties: {} },
  });
  const commit = {
    seq: 6,
    at: '',
    changes: [at('in', 117), at('out', 120), { collection: 'warnings', id: 'gone', kind: 'delete' }],
    reset: [{ collection: 'warnings', bbox: [100, 20, 101, 21] }],
  } as unknown as CommitEvent;
  const part = partOf(commit, { collections: null, bbox: [116, 38, 118, 40] });
  expect(part?.changes?.map((c) => [c.id, c.kind])).toEqual([
    ['in', 'put'],
    ['out', 'delete'],
    ['gone', 'delete'],
  ]);
  expect(part?.reset).toBeUndefined();
  expect(partOf(commit, { collections: ['units'], bbox: null })).toBeNull();
});
