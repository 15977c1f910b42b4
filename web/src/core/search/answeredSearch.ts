// A search while typing whose Enter picks only what answers the text that stands there. Results of an earlier text are
// never picked: Enter waits for the answer to the present text, and every change of the text cancels a waiting Enter.
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';

export interface AnsweredSearch<Found> {
  /** The results for the present text; null while there is no answer to it. */
  found: ShallowRef<Found[] | null>;
  state: Ref<'idle' | 'asking' | 'found' | 'failed'>;
  /** Why the last search failed. */
  failure: ShallowRef<unknown>;
  /** Picks the first result for the present text, as soon as there is one. */
  enter: () => void;
  /** Searches for the present text again. */
  again: () => void;
}

export function useAnsweredSearch<Found>(
  text: Ref<string>,
  search: (text: string, signal: AbortSignal) => Promise<Found[]>,
  pick: (first: Found) => void,
  /** How long typing must pause before a search is sent, in milliseconds. */
  pauseMs: number,
): AnsweredSearch<Found> {
  const found = shallowRef<Found[] | null>(null);
  const state = ref<'idle' | 'asking' | 'found' | 'failed'>('idle');
  const failure = shallowRef<unknown>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked: AbortController | null = null;
  let isWaiting = false;

  function stop(): void {
    clearTimeout(timer);
    asked?.abort();
    isWaiting = false;
  }

  function pickFirst(): void {
    isWaiting = false;
    const [first] = found.value ?? [];
    if (first !== undefined) pick(first);
  }

  async function ask(): Promise<void> {
    const asking = new AbortController();
    asked = asking;
    state.value = 'asking';
    try {
      const answer = await search(text.value.trim(), asking.signal);
      if (asking.signal.aborted) return;
      found.value = answer;
      state.value = 'found';
      if (isWaiting) pickFirst();
    } catch (error) {
      if (asking.signal.aborted) return;
      isWaiting = false;
      failure.value = error;
      state.value = 'failed';
    }
  }

  watch(
    text,
    (now) => {
      stop();
      found.value = null;
      state.value = now.trim() === '' ? 'idle' : 'asking';
      if (now.trim() !== '') timer = setTimeout(() => void ask(), pauseMs);
    },
    // Enter may follow a key in the same task, before other watchers run.
    { flush: 'sync' },
  );
  onScopeDispose(stop);

  return {
    found,
    state,
    failure,
    enter() {
      if (state.value === 'found') pickFirst();
      else if (state.value === 'asking') isWaiting = true;
    },
    again() {
      stop();
      void ask();
    },
  };
}
