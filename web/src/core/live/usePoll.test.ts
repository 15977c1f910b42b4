// @vitest-environment happy-dom
import { effectScope, type EffectScope } from 'vue';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { showTab } from './testing';
import { usePoll, type Poll, type PollOptions } from './usePoll';

let scope: EffectScope;

beforeEach(() => {
  vi.useFakeTimers();
  showTab(true);
  scope = effectScope();
});
afterEach(() => {
  scope.stop();
  vi.useRealTimers();
});

const pass = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);
function use(options: PollOptions): Poll {
  const poll = scope.run(() => usePoll({ pause: { first: 1000, longest: 8000 }, ...options }));
  if (!poll) throw new Error('the scope has ended');
  return poll;
}

test('requests are repeated at the given interval', async () => {
  const ask = vi.fn(() => Promise.resolve());
  await use({ ask, every: () => 1000 }).ask();
  await pass(3500);
  expect(ask).toHaveBeenCalledTimes(4);
});

test('a failed request is repeated with growing pauses until it succeeds', async () => {
  let away = true;
  const ask = vi.fn(() => (away ? Promise.reject(new Error('away')) : Promise.resolve()));
  const poll = use({ ask, every: () => 1000 });
  await poll.ask();
  expect(poll.error.value).toEqual(new Error('away'));
  await pass(60_000);
  // The pauses are 0.5 to 1 s, 1 to 2 s, 2 to 4 s, then 4 to 8 s.
  const { length } = ask.mock.calls;
  expect(length).toBeGreaterThan(8);
  expect(length).toBeLessThan(19);
  away = false;
  await pass(8000);
  expect(poll.error.value).toBeNull();
});

test('no request is sent while the tab is hidden, and one at once when it is shown', async () => {
  const ask = vi.fn(() => Promise.resolve());
  await use({ ask, every: () => 1000 }).ask();
  showTab(false);
  await pass(60_000);
  expect(ask).toHaveBeenCalledTimes(1);
  showTab(true);
  await pass(1);
  expect(ask).toHaveBeenCalledTimes(2);
});

test('a failed request is repeated at once when the network is back', async () => {
  let away = true;
  const ask = vi.fn(() => (away ? Promise.reject(new Error('away')) : Promise.resolve()));
  const poll = use({ ask });
  await poll.ask();
  away = false;
  dispatchEvent(new Event('online'));
  await pass(1);
  expect([ask.mock.calls.length, poll.error.value]).toEqual([2, null]);
});

test('many changes cause one request, soon and not too often', async () => {
  const ask = vi.fn(() => Promise.resolve());
  const poll = use({ ask, soon: 500, seldom: 10_000 });
  await poll.ask();
  for (let i = 0; i < 20; i++) {
    poll.touch();
    await pass(100);
  }
  await pass(7900);
  expect(ask).toHaveBeenCalledTimes(1);
  await pass(100);
  expect(ask).toHaveBeenCalledTimes(2);
  await pass(60_000);
  poll.touch();
  await pass(500);
  expect(ask).toHaveBeenCalledTimes(3);
});

test('a request without an answer fails after a while', async () => {
  const ask = vi.fn(
    (signal: AbortSignal) =>
      new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  );
  const poll = use({ ask, patience: 5000 });
  void poll.ask();
  await pass(5000);
  expect([ask.mock.calls.length, poll.error.value !== null]).toEqual([1, true]);
  await pass(1000);
  expect(ask).toHaveBeenCalledTimes(2);
});

test('a replaced request is cancelled without an error', async () => {
  const answers: (() => void)[] = [];
  const ask = vi.fn(
    (signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        answers.push(resolve);
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  );
  const poll = use({ ask });
  void poll.ask();
  poll.anew();
  await pass(1);
  expect([ask.mock.calls.length, ask.mock.calls[0]?.[0].aborted, poll.error.value]).toEqual([2, true, null]);
  answers[1]?.();
  await pass(60_000);
  expect([ask.mock.calls.length, poll.error.value, poll.asking.value]).toEqual([2, null, false]);
});

test('no request is sent after the end', async () => {
  const ask = vi.fn(() => Promise.resolve());
  const poll = use({ ask, every: () => 1000 });
  await poll.ask();
  scope.stop();
  poll.touch();
  await poll.ask();
  await pass(60_000);
  expect(ask).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});
