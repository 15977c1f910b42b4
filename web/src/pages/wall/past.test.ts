import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Past, IDLE, STEP } from './past';

const NOW = new Date('2026-11-22T06:00:00Z').getTime();
const HOUR = 3_600_000;

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

/** A player with a server that takes `delay` milliseconds to answer. */
function player(delay: number) {
  const shown: number[] = [];
  const asked: number[] = [];
  const live = vi.fn();
  let under = 0;
  let most = 0;
  const server = { delay, away: false };
  const answer = (signal: AbortSignal): Promise<never[]> => {
    most = Math.max(most, (under += 1));
    return new Promise((resolve, reject) => {
      const done = (): void => {
        under -= 1;
        if (server.away) reject(new Error('away'));
        else resolve([]);
      };
      const timer = setTimeout(done, server.delay);
      signal.addEventListener(
        'abort',
        () => {
          if (vi.getTimerCount() > 0) clearTimeout(timer);
          under -= 1;
          reject(new DOMException('aborted', 'AbortError'));
        },
        { once: true },
      );
    });
  };
  const past = new Past({
    askGrids(at, signal) {
      asked.push(at.getTime());
      return answer(signal);
    },
    askWarnings: () => Promise.resolve([]),
    show: (frame) => shown.push(frame.at.getTime()),
    live,
    changed: vi.fn(),
  });
  return { past, shown, asked, live, server, most: () => most };
}

test('a past moment is shown and stays', async () => {
  const { past, shown, asked } = player(100);
  past.seek(new Date(NOW - HOUR));
  expect(past.waiting).toBe(true);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(shown).toEqual([NOW - HOUR]);
  expect(asked).toHaveLength(1);
  expect(past).toMatchObject({ isPast: true, playing: false, waiting: false });
});

test('the past plays at its speed with one request at a time', async () => {
  const { past, shown, most } = player(200);
  past.at = new Date(NOW - 10 * HOUR);
  past.play(60);
  await vi.advanceTimersByTimeAsync(30_000);
  // Thirty seconds at a speed of sixty are thirty minutes, minus the first answer and the last step.
  const gone = (shown.at(-1) ?? 0) - (NOW - 10 * HOUR);
  expect(gone).toBeGreaterThan(28 * 60_000);
  expect(gone).toBeLessThanOrEqual(30 * 60_000);
  expect(shown).toEqual(shown.toSorted((a, b) => a - b));
  expect(shown.length).toBeLessThanOrEqual(30_000 / STEP + 1);
  expect(most()).toBe(1);
});

test('a slow server causes larger steps, not slower time', async () => {
  const { past, shown, asked } = player(3000);
  past.at = new Date(NOW - 10 * HOUR);
  past.play(60);
  await vi.advanceTimersByTimeAsync(60_000);
  expect((shown.at(-1) ?? 0) - (NOW - 10 * HOUR)).toBeGreaterThan(50 * 60_000);
  expect(asked.length).toBeLessThan(24);
});

test('playing ends in the present', async () => {
  const { past, live } = player(50);
  past.at = new Date(NOW - HOUR);
  past.play(600);
  await vi.advanceTimersByTimeAsync(12_000);
  expect(live).toHaveBeenCalledOnce();
  expect(past.isPast).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

test('the present returns three minutes after the last action', async () => {
  const { past, live } = player(50);
  past.seek(new Date(NOW - HOUR));
  await vi.advanceTimersByTimeAsync(IDLE - 1000);
  past.touch();
  await vi.advanceTimersByTimeAsync(IDLE - 1);
  expect(live).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(live).toHaveBeenCalledOnce();
});

test('of many positions of the slider the last is shown', async () => {
  const { past, shown } = player(300);
  for (let minute = 60; minute >= 10; minute -= 1) {
    past.seek(new Date(NOW - minute * 60_000));
    await vi.advanceTimersByTimeAsync(20);
  }
  await vi.advanceTimersByTimeAsync(1000);
  expect(shown).toEqual([NOW - 10 * 60_000]);
});

test('a failed request is reported and repeated', async () => {
  const { past, shown, server } = player(50);
  server.away = true;
  past.seek(new Date(NOW - HOUR));
  await vi.advanceTimersByTimeAsync(1000);
  expect(past.failure).toBe('away');
  server.away = false;
  await vi.advanceTimersByTimeAsync(3000);
  expect(past.failure).toBe('');
  expect(shown).toEqual([NOW - HOUR]);
});

test('a future moment shows the present', () => {
  const { past, live } = player(50);
  past.seek(new Date(NOW + HOUR));
  expect(past.isPast).toBe(false);
  expect(live).not.toHaveBeenCalled();
});
