// Loads who has facilities within reach of a place. The server computes it from walks on the network, so it is not part
// of the card and may come later.
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import { answered, http } from '@/core/api/client';
import type { components } from '@/core/api/schema';
import { explain } from '@/core/api/explain';
import type { Card, CardOf } from './useCard';

export type Reach = components['schemas']['CardReach'];

/** The shortest time between two loads for one place, in milliseconds. A facility that opens is no emergency. */
const PAUSE = 30_000;
/** How long to wait for a network that is being built, in milliseconds. */
const AGAIN = 5000;

export function readReach({ kind, id }: CardOf, signal?: AbortSignal): Promise<Reach> {
  const params = { path: { id } };
  return kind === 'grid'
    ? answered(http.GET('/api/grids/{id}/reach', { params, signal }))
    : answered(http.GET('/api/buildings/{id}/reach', { params, signal }));
}

export interface ReachState {
  /** Null while it is being computed. */
  reach: ShallowRef<Reach | null>;
  /** Why it cannot be shown; empty if it can. */
  failure: ShallowRef<string>;
}

/** The reach of the place of a card of the present. It is loaded after the card, and again after the card has changed. */
export function useReach(of: () => CardOf, card: () => Card | null): ReachState {
  const reach = shallowRef<Reach | null>(null);
  const failure = shallowRef('');
  let later: ReturnType<typeof setTimeout> | undefined;
  let loadedAt = 0;
  let asked: AbortController | undefined;

  async function load(): Promise<void> {
    clearTimeout(later);
    later = undefined;
    asked?.abort();
    const own = new AbortController();
    asked = own;
    loadedAt = Date.now();
    try {
      const read = await readReach(of(), own.signal);
      if (own.signal.aborted) return;
      reach.value = read;
      failure.value = '';
    } catch (error) {
      if (own.signal.aborted) return;
      failure.value = explain(error);
      later = setTimeout(() => void load(), AGAIN);
    }
  }

  function leave(): void {
    clearTimeout(later);
    later = undefined;
    asked?.abort();
    reach.value = null;
    failure.value = '';
    loadedAt = 0;
  }

  watch(
    () => [of().kind, of().id] as const,
    () => leave(),
  );
  watch(card, (shown) => {
    if (!shown || shown.subject.id !== of().id) return;
    later ??= setTimeout(() => void load(), Math.max(0, loadedAt + PAUSE - Date.now()));
  });
  onScopeDispose(leave);
  return { reach, failure };
}
