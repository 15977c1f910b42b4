import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '@/core/api/client';
import { hopeAgain, networkFirst, PATIENCE, SHORT_PATIENCE } from './networkFirst';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('navigator', { onLine: true });
  hopeAgain();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const never = (): Promise<string> => new Promise(() => {});
const after = (ms: number, value: string): Promise<string> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(value), ms);
  });
const fail = (status: number) => async (): Promise<string> => {
  throw new ApiError(status, `status ${status}`);
};
class Refusal extends Error {}
const ask = (network: (signal: AbortSignal) => Promise<string>, phone: () => Promise<string>, signal?: AbortSignal) =>
  networkFirst(network, phone, (error) => error instanceof Refusal, signal);

test('the answer of the server is used if it arrives in time', async () => {
  const phone = vi.fn(async () => 'phone');
  const asked = ask(() => after(PATIENCE - 1, 'server'), phone);
  await vi.advanceTimersByTimeAsync(PATIENCE);
  expect(await asked).toEqual({ value: 'server', from: 'network' });
  expect(phone).not.toHaveBeenCalled();
});

test('the phone answers in place of a late server, and sooner at the next request', async () => {
  let signal: AbortSignal | undefined;
  const slow = (ending: AbortSignal): Promise<string> => {
    signal = ending;
    return never();
  };
  const asked = ask(slow, async () => 'phone');
  await vi.advanceTimersByTimeAsync(PATIENCE);
  expect(await asked).toEqual({ value: 'phone', from: 'phone' });
  // The request to the server is cancelled when the phone has answered.
  expect(signal?.aborted).toBe(true);

  const again = ask(slow, async () => 'phone');
  await vi.advanceTimersByTimeAsync(SHORT_PATIENCE);
  expect((await again).from).toBe('phone');
  // An answer of the server restores the full patience.
  await ask(async () => 'server', never);
  const third = ask(() => after(PATIENCE - 1, 'server'), never);
  await vi.advanceTimersByTimeAsync(PATIENCE - 1);
  expect((await third).from).toBe('network');
});

test.each([0, 502, 503, 504])('the phone answers in place of a failure with status %i', async (status) => {
  expect(await ask(fail(status), async () => 'phone')).toEqual({ value: 'phone', from: 'phone' });
});

test('an answer from something other than the service, such as a sign-in page, counts as no network', async () => {
  const page = async (): Promise<string> => JSON.parse('<html>') as string;
  expect((await ask(page, async () => 'phone')).from).toBe('phone');
});

test.each([400, 401, 404, 422, 500])('an error of the server with status %i is not replaced', async (status) => {
  const phone = vi.fn(async () => 'phone');
  await expect(ask(fail(status), phone)).rejects.toThrow(`status ${status}`);
  expect(phone).not.toHaveBeenCalled();
});

test('a refusal of the phone is returned; after any other failure of the phone, the result of the server is returned', async () => {
  await expect(
    ask(fail(0), async () => {
      throw new Refusal('no way');
    }),
  ).rejects.toThrow('no way');
  await expect(
    ask(fail(0), async () => {
      throw new Error('no data');
    }),
  ).rejects.toThrow('status 0');
  const slow = ask(
    () => after(PATIENCE * 2, 'server'),
    async () => {
      throw new Error('no data');
    },
  );
  await vi.advanceTimersByTimeAsync(PATIENCE * 2);
  expect((await slow).from).toBe('network');
});

test('a late answer of the server is used if it arrives before that of the phone', async () => {
  const asked = ask(() => after(PATIENCE + 500, 'server'), never);
  await vi.advanceTimersByTimeAsync(PATIENCE + 500);
  expect((await asked).from).toBe('network');
});

test('if the browser reports that there is no network, the phone answers at once', async () => {
  vi.stubGlobal('navigator', { onLine: false });
  const asked = ask(never, async () => 'phone');
  await vi.advanceTimersByTimeAsync(0);
  expect((await asked).from).toBe('phone');
});

test('a cancelled request asks neither the server nor the phone any more', async () => {
  const ending = new AbortController();
  const phone = vi.fn(async () => 'phone');
  const asked = ask(
    (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
    phone,
    ending.signal,
  );
  ending.abort();
  await expect(asked).rejects.toThrow(/abort/i);
  expect(phone).not.toHaveBeenCalled();
});
