import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { effectScope, ref } from 'vue';
import { useAnsweredSearch } from './answeredSearch';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A search that answers after 150 ms, even if it was aborted. */
function typing() {
  const text = ref('');
  const picked: string[] = [];
  const scope = effectScope();
  const made = scope.run(() =>
    useAnsweredSearch(
      text,
      (q) => new Promise<string[]>((resolve) => setTimeout(() => resolve(q === 'none' ? [] : [`${q}!`]), 150)),
      (first) => picked.push(first),
      80,
    ),
  );
  if (!made) throw new Error('no scope');
  return { text, picked, scope, ...made };
}

test('Enter picks only what answers the text that stands there', async () => {
  const { text, picked, enter, found } = typing();
  text.value = 'wqhy13';
  await vi.advanceTimersByTimeAsync(400);
  expect(found.value).toEqual(['wqhy13!']);
  // Backspace and Enter at once: Enter waits for the answer to the shorter text.
  text.value = 'wqhy1';
  enter();
  await vi.advanceTimersByTimeAsync(100);
  expect(picked).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(picked).toEqual(['wqhy1!']);
});

test('a waiting Enter ends with the next change, and a late answer to an earlier text is dropped', async () => {
  const { text, picked, enter, found, state } = typing();
  text.value = 'wq';
  enter();
  await vi.advanceTimersByTimeAsync(120);
  text.value = 'wqhy';
  await vi.advanceTimersByTimeAsync(130);
  // The answer to `wq` has arrived meanwhile.
  expect([found.value, state.value]).toEqual([null, 'asking']);
  await vi.advanceTimersByTimeAsync(200);
  expect(found.value).toEqual(['wqhy!']);
  expect(picked).toEqual([]);
  enter();
  expect(picked).toEqual(['wqhy!']);
});

test('Enter picks nothing without a result or a text', async () => {
  const { text, picked, enter, scope } = typing();
  enter();
  text.value = 'none';
  enter();
  await vi.advanceTimersByTimeAsync(400);
  text.value = ' ';
  enter();
  text.value = 'left';
  enter();
  scope.stop();
  await vi.advanceTimersByTimeAsync(400);
  expect(picked).toEqual([]);
});
