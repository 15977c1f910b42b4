// Reads the case in the address of the page if it is in no list, because it ended long ago. A failed read is repeated,
// and at once when the network is back.
import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { ApiError } from '@/core/api/client';
import { readCase } from '@/core/ledger/client';
import type { Case } from '@/core/ledger/types';
import { usePoll } from '@/core/live/usePoll';

const PAUSE = { first: 4000, longest: 15_000 };

export interface OpenedCase {
  /** Whether the case is being read, and no attempt has failed yet. */
  reading: Ref<boolean>;
  /** Why the case is not shown; null while there is nothing to say. */
  failure: ShallowRef<unknown>;
}

export function useOpened(on: {
  /** The id in the address; null for none, and before the list is loaded. */
  wanted: () => string | null;
  isKnown: (id: string) => boolean;
  take: (c: Case) => void;
}): OpenedCase {
  const reading = ref(false);
  const failure = shallowRef<unknown>(null);
  const poll = usePoll({
    pause: PAUSE,
    async ask(signal) {
      const id = on.wanted();
      if (id === null || on.isKnown(id)) return;
      try {
        const { value } = await readCase(id, undefined, signal);
        if (on.wanted() !== id) return;
        failure.value = null;
        on.take(value);
      } catch (error) {
        if (on.wanted() !== id || signal.aborted) return;
        failure.value = error;
        // A case that does not exist now will not exist in a moment. Anything else may pass.
        if (!(error instanceof ApiError && error.status === 404)) throw error;
      } finally {
        if (on.wanted() === id) reading.value = false;
      }
    },
  });
  watch(
    on.wanted,
    (id) => {
      failure.value = null;
      reading.value = id !== null && !on.isKnown(id);
      if (reading.value) poll.anew();
    },
    { immediate: true },
  );
  return { reading, failure };
}
