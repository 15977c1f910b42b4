import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { effectScope, ref, type EffectScope } from 'vue';
import { PAUSE } from './tour';
import { READING, useRotation, type Rotation } from './useRotation';

let scope: EffectScope;
const seconds = ref(12);
const rotate = (): Rotation => scope.run(() => useRotation(() => seconds.value)) as Rotation;

beforeEach(() => {
  vi.useFakeTimers();
  seconds.value = 12;
  scope = effectScope();
});
afterEach(() => {
  scope.stop();
  vi.useRealTimers();
});

test('pages turn at their interval, and a restart shows the first one for a whole interval', () => {
  const { turn, restart } = rotate();
  vi.advanceTimersByTime(36_000);
  expect(turn.value).toBe(3);
  vi.advanceTimersByTime(10_000);
  restart();
  vi.advanceTimersByTime(11_000);
  expect(turn.value).toBe(0);
  vi.advanceTimersByTime(1_000);
  expect(turn.value).toBe(1);
});

test('pages stand still while somebody uses the screen, and until they are continued', () => {
  const { turn, touch, toggle, paused } = rotate();
  touch();
  vi.advanceTimersByTime(READING - 1);
  expect(turn.value).toBe(0);
  vi.advanceTimersByTime(12_000);
  expect(turn.value).toBe(1);
  toggle();
  expect(paused.value).toBe(true);
  vi.advanceTimersByTime(60_000);
  expect(turn.value).toBe(1);
  toggle();
  vi.advanceTimersByTime(12_000);
  expect(turn.value).toBe(2);
  // Nobody has to remember the pause.
  toggle();
  vi.advanceTimersByTime(PAUSE + 12_000);
  expect([turn.value, paused.value]).toEqual([3, false]);
});

test('with 0 seconds, nothing turns', async () => {
  seconds.value = 0;
  const { turn, turns, restart } = rotate();
  restart();
  vi.advanceTimersByTime(120_000);
  expect([turn.value, turns.value]).toEqual([0, false]);
});
