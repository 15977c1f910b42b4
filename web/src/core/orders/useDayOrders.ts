// Keeps the day orders (当日管制) that a page shows up to date.
import { onMounted, shallowRef, type ShallowRef } from 'vue';
import type { CommitEvent } from '@/core/api/types';
import { usePoll } from '@/core/live/usePoll';
import { dayOrders, type DayOrder } from './client';

/** How often the orders are requested, in milliseconds. They begin and end at full minutes. */
const EVERY = 60_000;

export interface DayOrdersHandle {
  orders: ShallowRef<DayOrder[]>;
  /** The error of the last request; null if it succeeded. */
  error: ShallowRef<unknown>;
  refresh: () => Promise<void>;
  /** Requests the orders again if a commit has changed one. For pages that follow the feed. */
  apply: (commit: CommitEvent) => void;
}

export function useDayOrders(): DayOrdersHandle {
  const orders = shallowRef<DayOrder[]>([]);
  const poll = usePoll({
    async ask(signal) {
      orders.value = await dayOrders(signal);
    },
    every: () => EVERY,
  });
  onMounted(poll.ask);
  return {
    orders,
    error: poll.error,
    refresh: poll.ask,
    apply({ changes = [], reset = [] }) {
      if ([...changes, ...reset].some(({ collection }) => collection === 'day_orders')) poll.touch();
    },
  };
}
