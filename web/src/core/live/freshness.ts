// How old the data of a page is, and when a badge has to show it.
import { useIntervalFn } from '@vueuse/core';
import { computed, ref, type ComputedRef, type Ref } from 'vue';

export interface Freshness {
  /** The present time, updated each second. It uses the server's clock if that is known. */
  now: Ref<Date>;
  /** When the server last sent anything; null before the first message. */
  heardAt: Ref<Date | null>;
  /** The time since `heardAt`, in milliseconds. */
  age: ComputedRef<number>;
  /** Whether the data is out of date: the feed is broken or silent, or the database of the server is unreachable. */
  stale: ComputedRef<boolean>;
  /** The server's time minus this machine's time, in milliseconds. */
  offset: Ref<number>;
}

export interface FreshnessWriter extends Freshness {
  heard: (serverTime: Date | null) => void;
  connected: (yes: boolean) => void;
  /** Called with true while the server's database is unreachable. */
  behind: (yes: boolean) => void;
  /** Called with true when the tab is hidden, and with false when it is visible again. */
  paused: (yes: boolean) => void;
}

/**
 * The data is stale if the last message of the server is older than `silence` ms, or if the connection has been broken
 * for more than `grace` ms. After a tab becomes visible again, both times count from that moment at the earliest, so
 * that it can reconnect.
 */
export function useFreshness({ grace = 3_000, silence = 25_000, ticking = true } = {}): FreshnessWriter {
  // The clock of this machine may be wrong. The heartbeats show by how much.
  const offset = ref(0);
  const local = (): number => Date.now() + offset.value;

  const now = ref(new Date(local()));
  const heardAt = ref<Date | null>(null);
  const isConnected = ref(false);
  const isBehind = ref(false);
  /** When the tab last became visible, in milliseconds of the server's clock. */
  const seenAt = ref(0);
  /** When the connection broke, in milliseconds of the server's clock. */
  const brokenAt = ref(0);

  if (ticking) {
    useIntervalFn(() => {
      now.value = new Date(local());
    }, 1000);
  }

  const age = computed(() => (heardAt.value ? Math.max(0, now.value.getTime() - heardAt.value.getTime()) : 0));
  const since = (moment: number): number => Math.max(0, now.value.getTime() - moment);
  const waited = computed(() => Math.min(age.value, since(seenAt.value)));
  const isLate = computed(
    () => waited.value > silence || (!isConnected.value && Math.min(waited.value, since(brokenAt.value)) > grace),
  );
  return {
    now,
    heardAt,
    age,
    offset,
    stale: computed(() => heardAt.value !== null && (isBehind.value || isLate.value)),
    heard(serverTime) {
      if (serverTime) {
        const drift = serverTime.getTime() - Date.now();
        // Small differences come from network delay. Following them would make the displayed seconds jump.
        if (Math.abs(drift - offset.value) > 2000) offset.value = drift;
      }
      now.value = new Date(local());
      if (!isBehind.value) heardAt.value = now.value;
    },
    behind(yes) {
      isBehind.value = yes;
    },
    connected(yes) {
      // Each failed attempt to reconnect is reported too; the grace counts from the first.
      if (isConnected.value && !yes) brokenAt.value = local();
      isConnected.value = yes;
    },
    paused(yes) {
      if (!yes) {
        now.value = new Date(local());
        seenAt.value = now.value.getTime();
      }
    },
  };
}
