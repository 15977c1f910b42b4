// The patrol round of the worker: while it runs, the phone notes which of the own grids it is in. Positions stay on the
// phone and are not stored; only the grid and the hour are stored and sent.
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { ApiError, answered, http } from '@/core/api/client';
import { phoneStorage } from '@/core/offline/phoneStorage';
import type { PositionHandle } from '@/core/position/usePosition';
import { walkedGrid, type OwnGrid } from './places';
import { dayOf, noteWalk, rowsOf, withoutOld, type RoundRow, type Walked, type WalkedGrid } from './rounds';
import type { Worker } from './tasks';

interface KeptRound {
  id: string;
  /** Since when the round runs, RFC 3339; null if none runs. */
  since: string | null;
  walked: readonly Walked[];
  /** The last answer of the server, and its day. */
  told: { day: string; grids: WalkedGrid[] } | null;
}

/** A forgotten round ends after this time, in milliseconds. */
const LONGEST_MS = 12 * 3_600_000;

export interface Rounds {
  isRunning: ComputedRef<boolean>;
  /** The grid in which the worker is now, while a round runs. */
  current: ShallowRef<OwnGrid | null>;
  rows: ComputedRef<RoundRow[]>;
  /** Whether the last request for the rounds of others failed. */
  isAway: Ref<boolean>;
  /** Continues what was stored, and loads what others walked. */
  learn: (me: Worker) => Promise<void>;
  begin: () => Promise<void>;
  end: () => Promise<void>;
}

export function useRounds(grids: ShallowRef<readonly OwnGrid[]>, position: PositionHandle, now: Ref<number>): Rounds {
  const since = ref<string | null>(null);
  const walked = shallowRef<readonly Walked[]>([]);
  const told = shallowRef<KeptRound['told']>(null);
  const current = shallowRef<OwnGrid | null>(null);
  const isAway = ref(false);
  const isRunning = computed(() => since.value !== null && now.value - Date.parse(since.value) < LONGEST_MS);
  let account: string | null = null;

  async function keep(): Promise<void> {
    if (account === null) return;
    const round: KeptRound = {
      id: `round:${account}`,
      since: since.value,
      walked: withoutOld(walked.value, Date.now()),
      told: told.value,
    };
    await (await phoneStorage()).put('kept', round);
  }

  watch([position.here, isRunning], ([here, runs]) => {
    current.value = runs && here ? walkedGrid(here, grids.value) : null;
    if (!current.value) return;
    const next = noteWalk(walked.value, current.value.id, Date.now());
    if (next === walked.value) return;
    walked.value = next;
    void keep()
      .then(send)
      .catch(() => {});
  });

  let sending: Promise<void> | null = null;
  /** Sends what is not sent yet. What the server refuses (a grid that was deleted) is dropped. */
  function send(): Promise<void> {
    sending ??= sendAll().finally(() => {
      sending = null;
    });
    return sending;
  }
  async function sendAll(): Promise<void> {
    for (;;) {
      const next = walked.value.find((w) => !w.isSent);
      if (!next) return;
      let refused = false;
      try {
        await answered(http.POST('/api/patrols', { body: { grid: next.grid, at: next.hour } }));
      } catch (error) {
        refused = error instanceof ApiError && (error.status === 403 || error.status === 422);
        if (!refused) throw error;
      }
      walked.value = walked.value.flatMap((w) => (w === next ? (refused ? [] : [{ ...w, isSent: true }]) : [w]));
      await keep();
    }
  }

  return {
    isRunning,
    current,
    rows: computed(() => {
      const today = told.value?.day === dayOf(now.value) ? told.value.grids : [];
      return rowsOf(grids.value, today, walked.value, now.value);
    }),
    isAway,
    async learn(me) {
      if (account !== me.account) {
        account = me.account;
        const kept = await (await phoneStorage()).get<KeptRound>('kept', `round:${account}`);
        since.value = kept?.since ?? null;
        walked.value = withoutOld(kept?.walked ?? [], Date.now());
        told.value = kept?.told ?? null;
        if (isRunning.value) position.follow();
      }
      try {
        await send();
        told.value = await answered(http.GET('/api/patrols', { cache: 'no-store' }));
        isAway.value = false;
        await keep();
      } catch {
        isAway.value = true;
      }
    },
    async begin() {
      since.value = new Date().toISOString();
      now.value = Date.now();
      position.follow();
      await keep();
    },
    async end() {
      since.value = null;
      await keep();
      await send().catch(() => {});
    },
  };
}
