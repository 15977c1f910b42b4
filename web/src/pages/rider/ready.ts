// Repeats requests while the server answers 503, because it builds the route network after its
// start.
import { ref } from 'vue';
import { ApiError } from '@/core/api/client';
import { backoff } from '@/core/live/backoff';

const PAUSE = { first: 1500, longest: 4000 };
/** The most attempts, which take about a minute. */
const MOST = 20;

/** Whether a request waits because the server is not ready. */
export const preparing = ref(false);

/** Resolves after a pause. Rejects like an aborted request if the signal is aborted. */
const pause = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('aborted', 'AbortError'));
    });
  });

export async function whenReady<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    for (let failures = 0; ; failures++) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 503) || failures + 1 >= MOST) throw error;
        preparing.value = true;
        await pause(backoff(failures, PAUSE), signal);
      }
    }
  } finally {
    preparing.value = false;
  }
}
