// Connects the tour to the map and the data, and says which red case the camera shows.
import { useIntervalFn } from '@vueuse/core';
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import { bboxOf } from '@/core/map/bounds';
import { isRed, oldestRed, sinceOf, type Warning } from './derive';
import { roundOf, Tour, type Stop, type TourState } from './tour';
import type { WallMap } from './useWallMap';
import type { Grid, WallState } from './wallState';

export interface TourOptions {
  state: WallState;
  map: WallMap;
  communities: () => Grid[];
  /** The shown communities; null for all. */
  wanted: () => ReadonlySet<string> | null;
  /** The open cases in the shown communities. */
  open: () => Warning[];
  /** The open red and yellow cases: red before yellow, each the newest first. */
  list: () => Warning[];
  /** Milliseconds at each stop; 0 for no tour. */
  dwell: () => number;
}

/** How often the ring is updated, in milliseconds. */
const RING = 250;

export function useTour({ state, map, communities, wanted, open, list, dwell }: TourOptions) {
  const touring = shallowRef<TourState>({ stop: null, isNew: false, more: 0, paused: false, touring: false });
  /** The elapsed share of the present stop, 0 to 1. */
  const progress = ref(0);
  const oldest = computed(() => oldestRed(open()));
  /** The red case that the camera shows. */
  const current = computed(() =>
    touring.value.stop?.kind === 'red' ? (state.warnings.value.get(touring.value.stop.id) ?? null) : null,
  );

  const tour = new Tour({
    stops: () =>
      roundOf(
        communities()
          .filter((c) => !wanted() || wanted()?.has(c.id))
          .map((c) => c.id),
        // The list may be one frame old, so cases that ended since are skipped.
        list()
          .filter((x) => isRed(state.warnings.value.get(x.id)))
          .map((x) => ({
            id: x.id,
            community: x.properties.community ?? state.communityOf(x.properties.grid),
            since: sinceOf(x),
          })),
      ),
    dwell,
    go,
    changed: (now) => (touring.value = now),
  });

  /** Moves the camera to a stop; null stands for the whole area. */
  function go(stop: Stop | null, isNew: boolean): void {
    const warning = stop?.kind === 'red' ? state.warnings.value.get(stop.id) : undefined;
    if (warning) {
      map.focus(warning, isNew);
      return;
    }
    map.mark(oldest.value);
    const box = stop
      ? bboxOf(
          [...state.grids.value.values()]
            .filter((g) => g.id === stop.id || g.parent === stop.id)
            .map((g) => g.geometry),
        )
      : null;
    if (box) map.frame(box);
    else map.goHome();
  }

  const ring = useIntervalFn(() => (progress.value = tour.progress), RING, { immediate: false });
  watch(
    () => touring.value.stop !== null || touring.value.more > 0,
    (runs) => {
      if (runs) ring.resume();
      else ring.pause();
      progress.value = 0;
    },
  );
  watch(dwell, () => tour.retune());
  watch(
    () => (touring.value.stop === null ? oldest.value?.id : undefined),
    () => touring.value.stop === null && map.mark(oldest.value),
  );
  // A rebuilt map shows the whole area, so the camera returns to its stop.
  watch(map.built, () => touring.value.stop !== null && go(touring.value.stop, touring.value.isNew));
  onScopeDispose(() => tour.end());

  return { tour, touring, progress, oldest, current };
}
