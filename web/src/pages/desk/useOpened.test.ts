// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { effectScope, ref, type EffectScope } from 'vue';
import { ApiError } from '@/core/api/client';
import type { Case } from '@/core/ledger/types';
import { useOpened, type OpenedCase } from './useOpened';

let answers: (() => Response | Promise<Response>)[] = [];
let scope: EffectScope;
const taken: string[] = [];
const wanted = ref<string | null>(null);

const open = (): OpenedCase =>
  scope.run(() =>
    useOpened({ wanted: () => wanted.value, isKnown: (id) => taken.includes(id), take: (c: Case) => taken.push(c.id) }),
  ) as OpenedCase;
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1);
const found = (): Response => Response.json({ id: 'w-1', properties: {} });
const away = (): Promise<Response> => Promise.reject(new TypeError('fetch failed'));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', async () => (answers.shift() ?? found)());
  scope = effectScope(true);
  wanted.value = 'w-1';
  taken.length = 0;
});
afterEach(() => {
  scope.stop();
  answers = [];
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('a case without a network is read when the network is back', async () => {
  answers = [away];
  const { failure, reading } = open();
  expect(reading.value).toBe(true);
  await settle();
  expect([(failure.value as ApiError).status, reading.value, taken]).toEqual([0, false, []]);
  dispatchEvent(new Event('online'));
  await settle();
  expect([failure.value, taken]).toEqual([null, ['w-1']]);
});

test('a case that does not exist is said to be missing and not requested again', async () => {
  answers = [() => Response.json({ detail: 'There is none.' }, { status: 404 })];
  const { failure } = open();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([(failure.value as ApiError).status, taken]).toEqual([404, []]);
});

test('another address replaces the failure of the previous one', async () => {
  answers = [() => Response.json({}, { status: 404 })];
  const { failure } = open();
  await settle();
  expect(failure.value).not.toBeNull();
  wanted.value = null;
  await settle();
  expect(failure.value).toBeNull();
});
