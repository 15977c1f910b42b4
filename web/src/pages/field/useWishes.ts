// The micro-wishes that wait for a unit, for accounts of units.
import { shallowRef, watch, type ShallowRef } from 'vue';
import { wishBoard, type BoardWish } from '@/core/ledger/wish';
import { usePoll } from '@/core/live/usePoll';

/** The time between two requests, in milliseconds. */
const EVERY = 120_000;

export interface Wishes {
  /** Null until the first answer. */
  waiting: ShallowRef<BoardWish[] | null>;
  error: ShallowRef<unknown>;
  ask: () => Promise<void>;
}

/** `wanted` says whether the account may claim wishes. */
export function useWishes(wanted: () => boolean): Wishes {
  const waiting = shallowRef<BoardWish[] | null>(null);
  const { error, ask } = usePoll({
    async ask(signal) {
      waiting.value = (await wishBoard(signal)).wishes.filter(({ state }) => state === 'waiting');
    },
    every: () => (wanted() ? EVERY : null),
  });
  watch(wanted, (now) => now && void ask(), { immediate: true });
  return { waiting, error, ask };
}
