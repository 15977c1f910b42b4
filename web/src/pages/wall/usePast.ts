// Shows a past moment on the map only. The panels keep showing the present.
import { computed, onScopeDispose, shallowRef } from 'vue';
import { gridStatuses, openWarnings } from '@/core/api/client';
import { Past, type Frame } from './past';
import type { Scene, WallMap } from './useWallMap';
import type { Grid, WallState } from './wallState';

export interface PastOptions {
  state: WallState;
  map: () => WallMap;
  now: () => number;
  /** Called when the map starts to show the past. */
  entered: () => void;
  /** Called when the map shows the present again. */
  left: () => void;
}

/** The requested moment; `at` is null for now. */
export interface Moment {
  at: Date | null;
  playing: boolean;
  speed: number;
  waiting: boolean;
  failure: string;
}

export function usePast({ state, map, now, entered, left }: PastOptions) {
  const frame = shallowRef<Frame | null>(null);
  const moment = shallowRef<Moment>({ at: null, playing: false, speed: 0, waiting: false, failure: '' });
  const past = new Past({
    askGrids: async (at, signal) => (await gridStatuses(signal, at)).grids,
    askWarnings: (at, signal) => openWarnings(signal, at),
    show(shown) {
      frame.value = shown;
      map().show(scene.value);
    },
    live() {
      frame.value = null;
      map().show(null);
      left();
    },
    changed() {
      const isNew = moment.value.at === null && past.at !== null;
      const { at, playing, speed, waiting, failure } = past;
      moment.value = { at, playing, speed, waiting, failure };
      if (isNew) entered();
    },
    now,
  });
  /** The grids of the present with their levels of the past. Grids that were unknown then have no data. */
  const scene = computed<Scene | null>(() => {
    if (!frame.value) return null;
    const levels = new Map(frame.value.grids.map((g) => [g.id, g]));
    const stood = new Map<string, Grid>();
    for (const [id, grid] of state.grids.value) stood.set(id, { ...grid, status: levels.get(id) ?? null });
    return { grids: stood, warnings: new Map(frame.value.warnings.map((x) => [x.id, x])) };
  });
  onScopeDispose(() => past.stop());
  return { past, frame, moment, scene };
}
