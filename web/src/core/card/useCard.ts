// Loads the card of a grid or a building and keeps it up to date: a commit that may change it loads it again, at most
// every two seconds.
import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue';
import { answered, http } from '@/core/api/client';
import type { components } from '@/core/api/schema';
import { explain } from '@/core/api/explain';
import { useLive } from '@/core/live/useLive';

export type Card = components['schemas']['Card'];

/** What a card is about. */
export interface CardOf {
  kind: 'grid' | 'building';
  id: string;
}

/** The collections that a card is made from. */
export const CARD_COLLECTIONS = [
  'grids',
  'buildings',
  'compounds',
  'entrances',
  'facilities',
  'mediation_points',
  'first_aid_stations',
  'pocket_parks',
  'units',
  'duties',
  'projects',
  'warnings',
] as const;

/** The shortest time between two loads, in milliseconds. */
const PAUSE = 2000;

export async function readCard({ kind, id }: CardOf, asOf: string | null, signal?: AbortSignal): Promise<Card> {
  const params = { path: { id }, query: asOf === null ? {} : { as_of: asOf } };
  return kind === 'grid'
    ? answered(http.GET('/api/grids/{id}/card', { params, signal }))
    : answered(http.GET('/api/buildings/{id}/card', { params, signal }));
}

export interface CardState {
  card: ShallowRef<Card | null>;
  failure: ComputedRef<string>;
  reload: () => void;
}

/** The card of what `of` returns; null while there is nothing to show. A card of the past does not change. */
export function useCard(of: () => CardOf | null, asOf: () => string | null = () => null): CardState {
  const card = shallowRef<Card | null>(null);
  let later: ReturnType<typeof setTimeout> | undefined;
  let loadedAt = 0;

  const live = useLive(CARD_COLLECTIONS, null, {
    async load(signal) {
      clearTimeout(later);
      later = undefined;
      const wanted = of();
      if (!wanted) return null;
      loadedAt = Date.now();
      const read = await readCard(wanted, asOf(), signal);
      // While the card was read, another place may have been chosen; it is read next.
      if (wanted.id === of()?.id && wanted.kind === of()?.kind) card.value = read;
      return asOf() === null ? read.seq : null;
    },
    apply() {
      later ??= setTimeout(() => void live.reload(), Math.max(0, loadedAt + PAUSE - Date.now()));
    },
  });
  const failure = computed(() => (live.error.value === null ? '' : explain(live.error.value)));

  watch(
    () => [of()?.kind, of()?.id, asOf()] as const,
    () => {
      // The card of another place is not shown while the new one is loading.
      card.value = null;
      void live.reload();
    },
  );
  void live.start();
  onScopeDispose(() => clearTimeout(later));
  return { card, failure, reload: () => void live.reload() };
}
