// How fresh the page is: the age of the last thing heard, and when that becomes worth a badge.
import { computed, onScopeDispose, ref, type ComputedRef, type Ref } from 'vue';

export interface Freshness {
  /** The moment now, ticking each second, by the server's clock where it is known. */
  now: Ref<Date>;
  /** When the server last said anything. */
  heardAt: Ref<Date | null>;
  /** Milliseconds since then. */
  age: ComputedRef<number>;
  stale: ComputedRef<boolean>;
  /** The server's time less this machine's; milliseconds. */
  offset: Ref<number>;
  heard: (serverTime: Date | null) => void;
  connected: (yes: boolean) => void;
  /** The server says that it is cut off from its own truth. */
  behind: (yes: boolean) => void;
}

/** A broken connection shows after `grace` ms (a blip is no news), a silent one after `silence` ms. */
export function useFreshness({ grace = 3_000, silence = 25_000 } = {}): Freshness {
  // The wall's own clock may be wrong; the server's heartbeat says by how much.
  const offset = ref(0);
  const local = (): number => Date.now() + offset.value;

  const now = ref(new Date(local()));
  const heardAt = ref<Date | null>(null);
  const isConnected = ref(false);
  const isBehind = ref(false);

  const timer = setInterval(() => {
    now.value = new Date(local());
  }, 1000);
  onScopeDispose(() => clearInterval(timer));

  const age = computed(() => (heardAt.value ? Math.max(0, now.value.getTime() - heardAt.value.getTime()) : 0));
  return {
    now,
    heardAt,
    age,
    offset,
    stale: computed(() => heardAt.value !== null && (isBehind.value || age.value > (isConnected.value ? silence : grace))),
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
  };
}
