// How fresh a page is: the age of the last thing that the server said, and when that is worth a badge.
import { useIntervalFn } from '@vueuse/core';
import { computed, ref, type ComputedRef, type Ref } from 'vue';

export interface Freshness {
  /** The moment now, ticking each second, by the server's clock where it is known. */
  now: Ref<Date>;
  /** When the server last said anything; null before it did. */
  heardAt: Ref<Date | null>;
  /** Milliseconds since then. */
  age: ComputedRef<number>;
  /** Whether the page is older than it should be. */
  stale: ComputedRef<boolean>;
  /** The server's time less this machine's; milliseconds. */
  offset: Ref<number>;
}

export interface FreshnessWriter extends Freshness {
  heard: (serverTime: Date | null) => void;
  connected: (yes: boolean) => void;
  /** The server says that it has lost its database. */
  behind: (yes: boolean) => void;
  /** The tab was hidden (true), or is seen again (false). */
  paused: (yes: boolean) => void;
}

/** A broken connection is stale after `grace` ms (a short break is no news), a silent one after `silence` ms. A tab that
 * is seen again has the same time to reconnect. */
export function useFreshness({ grace = 3_000, silence = 25_000, ticking = true } = {}): FreshnessWriter {
  // This machine's clock may be wrong; the server's heartbeat says by how much.
  const offset = ref(0);
  const local = (): number => Date.now() + offset.value;

  const now = ref(new Date(local()));
  const heardAt = ref<Date | null>(null);
  const isConnected = ref(false);
  const isBehind = ref(false);
  /** When the tab was last seen again; milliseconds of the server's clock. */
  const seenAt = ref(0);

  if (ticking) {
    useIntervalFn(() => {
      now.value = new Date(local());
    }, 1000);
  }

  const age = computed(() => (heardAt.value ? Math.max(0, now.value.getTime() - heardAt.value.getTime()) : 0));
  const waited = computed(() => Math.min(age.value, Math.max(0, now.value.getTime() - seenAt.value)));
  return {
    now,
    heardAt,
    age,
    offset,
    stale: computed(
      () => heardAt.value !== null && (isBehind.value || waited.value > (isConnected.value ? silence : grace)),
    ),
    heard(serverTime) {
      if (serverTime) {
        const drift = serverTime.getTime() - Date.now();
        // Ignore the network's jitter, or the seconds would stutter.
        if (Math.abs(drift - offset.value) > 2000) offset.value = drift;
      }
      now.value = new Date(local());
      if (!isBehind.value) heardAt.value = now.value;
    },
    behind(yes) {
      isBehind.value = yes;
    },
    connected(yes) {
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
