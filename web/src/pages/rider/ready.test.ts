import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '@/core/api/client';
import { preparing, whenReady } from './ready';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a request is repeated until the server is ready', async () => {
  let asked = 0;
  const answer = whenReady(() =>
    ++asked < 4 ? Promise.reject(new ApiError(503, 'not yet')) : Promise.resolve('the route'),
  );
  await vi.advanceTimersByTimeAsync(100);
  expect(preparing.value).toBe(true);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await answer).toBe('the route');
  expect([asked, preparing.value]).toEqual([4, false]);
});

test('other failures are not repeated, and repeating ends with an error after a limit', async () => {
  let asked = 0;
  const failing = (status: number) => whenReady(() => (asked++, Promise.reject(new ApiError(status, 'no'))));
  await expect(failing(422)).rejects.toThrow('no');
  expect(asked).toBe(1);
  const late = failing(503).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(await late).toMatchObject({ status: 503 });
  expect(asked).toBeLessThan(30);
});

test('nothing is repeated after the screen has closed', async () => {
  const closing = new AbortController();
  let asked = 0;
  const answer = whenReady(() => (asked++, Promise.reject(new ApiError(503, 'not yet'))), closing.signal);
  const ended = answer.catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(100);
  closing.abort();
  expect(await ended).toMatchObject({ name: 'AbortError' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toBe(1);
});
